import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';

/** Rows with a null, an empty text and a text beside each other, far behind the head of a test's log. */
export async function insertGoldenRows(db: Db): Promise<void> {
  await sql.raw(`
    insert into agents (agent_id, user_agent) values (900001, 'Mozilla/5.0 (ÄÖÜ) "quoted", \\back');
    insert into log_hits (position, recorded_at, occurred_at, visitor, site_id, agent_id, day, width, duration_ms, hour,
      scroll, verdict, country, hostname, pathname, query, click_id, referrer, name, props, vitals) values
    (9000001, '2026-03-02T09:00:00.123456Z', '1969-12-31T23:59:59.999Z', -9223372036854775808, 7, 900001, '2026-03-02', 1280,
      null, 9, null, null, 'DE', 'example.com', '/ä 日本 🎉', 'utm_source=x', null, 'https://a.example', null, null, null),
    (9000002, '2026-03-02T09:00:00.123456Z', '2026-03-02T09:00:00Z', 9223372036854775807, 7, 0, '0044-03-15 BC', null,
      12500, 0, 100, 2, null, '', '', null, '', null, 'engagement', '{"b": "1", "a\\u0001": ""}', '{"lcp": 1200.50, "cls": 1e-7}');
    insert into log_events (position, recorded_at, stream, version, type, schema_version, actor, actor_kind, command_id,
      data, private) values
    (9000003, '2026-03-02T09:00:01Z', 'log', 9, 'SaltsDestroyed', 1, 'system', 'system',
      '01938b7a-0000-7000-8000-000000000001', '{"salts": [{"site_id": 7, "day": "2026-03-02"}]}', '{"a": "b"}')`).execute(db);
}

/** What they are hashed to, in hexadecimal: on every version of PostgreSQL, for as long as there is the format. */
export async function readGoldenDigests(db: Db): Promise<unknown> {
  const { rows: hits } = await sql<{ site_id: number | null; digest: string }>`
    select site_id, encode(digest, 'hex') as digest from digest_hits(9000001, 9000003) order by site_id`.execute(db);
  const { rows: events } = await sql<{ digest: string }>`
    select encode(digest, 'hex') as digest from digest_events(9000001, 9000003)`.execute(db);
  const { rows: blind } = await sql<{ site: string; private: string; segment: string }>`
    select encode(blind_site('\\x01', 5, '\\x02'), 'hex') as site,
      encode(blind_private('\\x01', position, private), 'hex') as private,
      encode(segment_hash(row(5, 1::smallint, 9000001, 9000003, recorded_at, 2, 1, '\\x03', '\\x04', '\\x05', null)), 'hex') as segment
    from log_events where position = 9000003`.execute(db);
  return { hits, events, blind };
}
