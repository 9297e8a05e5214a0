import { sql } from 'kysely';

import { readSealedHead } from '../../src/log/segments/seal.ts';
import type { Problem } from '../../src/log/segments/verification.ts';
import { pageView } from '../given.ts';
import { openSealedLog, type SealedLog } from './sealed-log.ts';

// Positions: 1, 2 SiteCreated; 3 bob's SiteChanged; 4..19 hits, ann's two and bob's two in turn; 20 ann's SiteChanged.
let sealed: SealedLog;
beforeAll(async () => {
  sealed = await openSealedLog();
});
afterEach(() => sealed.restore());
afterAll(() => sealed.log.close());

/** What is wrong, in short: kind, segment, site and the sentence. */
async function problems(head?: string): Promise<string[]> {
  const { intact, problems: found } = await sealed.verify(head);
  expect(intact).toBe(found.length === 0);
  return found.map(
    ({ kind, segment, site, message }: Problem) => `${kind} ${segment}${site === null ? '' : ` ${site.domain}`}: ${message}`,
  );
}

const CHANGED = /at least one was changed/;

it('is intact as it was sealed, and says how much that is', async () => {
  const head = await readSealedHead(sealed.db);
  expect(await sealed.verify(head?.hash)).toEqual({
    ...{ intact: true, segments: 2, segment: 2, position: 20, hash: head?.hash, hits: 16, events: 4 },
    head: { hash: head?.hash, found: true, segment: 2, position: 20 },
    ...{ problems: [], erased: [], trimmed: null, replayable_since: 1, unsealed: { positions: 0, seconds: 0 } },
  });
});

it('says what is not sealed yet', async () => {
  await sealed.ann.append();
  await sealed.tamper('delete from log_segments where segment = 2');
  await sealed.tamper('delete from log_segment_sites where segment = 2');
  await sealed.tamper('delete from log_segment_private where segment = 2');
  const { intact, position, unsealed } = await sealed.verify();
  expect({ intact, position, positions: unsealed.positions }).toEqual({ intact: true, position: 10, positions: 10 });
  expect(unsealed.seconds).toBeGreaterThan(0);
});

describe('a hit', () => {
  const others: Record<string, string> = {
    recorded_at: `recorded_at + interval '1 microsecond'`,
    occurred_at: `occurred_at + interval '1 microsecond'`,
    visitor: 'visitor + 1',
    agent_id: '0',
    day: 'day + 1',
    width: 'coalesce(width, 0) + 1',
    duration_ms: 'coalesce(duration_ms, 0) + 1',
    hour: '(hour + 1) % 24',
    scroll: 'coalesce(scroll, 0) + 1',
    verdict: 'coalesce(verdict, 1) + 1',
    props: `'{"a": "2", "b": "3"}'`,
    vitals: `'{"lcp": 1200.50}'`,
    interactive: 'false',
    revenue: `'{"amount": "9.99"}'`,
    via: '1',
  };
  const texts = ['country', 'hostname', 'pathname', 'query', 'click_id', 'referrer', 'name'];
  for (const text of texts) others[text] = `coalesce(${text} || ' ', '')`;

  it.each(Object.entries(others))('is found with another %s', async (column, value) => {
    await sealed.tamper(`update log_hits set ${column} = ${value} where position = 12`);
    expect(await problems()).toEqual([expect.stringMatching(/^hits 2 ann\.example: of 4 hits, at least one was changed/)]);
  });

  it('has no column that is not hashed', async () => {
    const { rows } = await sql<{ name: string }>`
      select attname as name from pg_attribute where attrelid = 'log_hits'::regclass and attnum > 0`.execute(sealed.db);
    expect(rows.map((row) => row.name).sort()).toEqual([...Object.keys(others), 'position', 'site_id'].sort());
  });

  it('is found where it moved to another site', async () => {
    await sealed.tamper(`update log_hits set site_id = ${sealed.bob.siteId} where position = 12`);
    expect(await problems()).toEqual([
      'hits 2 ann.example: 4 hits sealed, 3 there',
      'hits 2 bob.example: 5 hits sealed, 6 there',
    ]);
  });

  it('is missed where it was deleted, by its position', async () => {
    await sealed.tamper('delete from log_hits where position = 12');
    expect(await problems()).toEqual([
      'hits 2 ann.example: 4 hits sealed, 3 there',
      'hits 2: nothing is there any more at 12',
    ]);
  });

  it('is missed with its neighbours, as a range', async () => {
    await sealed.tamper('delete from log_hits where position in (12, 13, 14, 16)');
    expect((await problems()).at(-1)).toBe('hits 2: nothing is there any more at 12 to 14, 16');
  });

  it('is found where it was added, at the position of an event', async () => {
    await sealed.tamper(`insert into log_hits select 20, recorded_at, occurred_at, visitor, ${sealed.ann.siteId}, agent_id, day, width,
      duration_ms, hour, scroll, verdict, country, hostname, pathname from log_hits where position = 12`);
    expect(await problems()).toEqual([
      'hits 2 ann.example: 4 hits sealed, 5 there',
      'hits 2: both a hit and an event are at 20',
    ]);
  });

  it('is found where it was added before the first position', async () => {
    await sealed.tamper(`insert into log_hits select 0, recorded_at, occurred_at, visitor, site_id, agent_id, day, width,
      duration_ms, hour, scroll, verdict, country, hostname, pathname from log_hits where position = 12`);
    expect(await problems()).toEqual(['before null: before position 1, where the log has none, rows: 1']);
  });

  it('is found where it changed places with another one of its site', async () => {
    await sealed.tamper('update log_hits set position = 9999 where position = 12');
    await sealed.tamper('update log_hits set position = 12 where position = 16');
    await sealed.tamper('update log_hits set position = 16 where position = 9999');
    expect(await problems()).toEqual([expect.stringMatching(CHANGED)]);
  });

  it('is found where a text moved to the next column', async () => {
    await sealed.tamper(`update log_hits set query = null, click_id = query where position = 12`);
    expect(await problems()).toEqual([expect.stringMatching(CHANGED)]);
  });

  it('of a live site is found where it was blanked, as an erasure does it', async () => {
    await sealed.tamper(`update log_hits set site_id = 0, visitor = 0, agent_id = 0, occurred_at = 'epoch', day = 'epoch',
      hour = 0, hostname = '', pathname = '', query = null, props = null where position = 12`);
    expect(await problems()).toEqual([
      'hits 2 ann.example: 4 hits sealed, 3 there',
      'hits 2: 1 hit blank, and erasures on record explain 0',
    ]);
  });

  it('is found where the user agent that it refers to is another one, or gone', async () => {
    await sealed.tamper(`update agents set user_agent = 'another browser' where user_agent = 'ann browser'`);
    expect(await problems()).toEqual([
      expect.stringMatching(/^hits 1 ann.* at least one was changed, or a user agent/),
      expect.stringMatching(/^hits 2 ann.* at least one was changed, or a user agent/),
    ]);
    await sealed.restore();
    await sealed.tamper(`delete from agents where user_agent = 'ann browser'`);
    expect(await problems()).toHaveLength(2);
  });
});

describe('an event', () => {
  const others: Record<string, string> = {
    recorded_at: `recorded_at + interval '1 microsecond'`,
    stream: `stream || '0'`,
    version: 'version + 1',
    type: `'SiteMoved'`,
    schema_version: 'schema_version + 1',
    actor: `'user:bob'`,
    command_id: 'gen_random_uuid()',
    causation: '1',
    data: `data || '{"domain": "x"}'`,
    command: `'MoveSite'`,
    actor_kind: `'key'`,
    site: 'gen_random_uuid()',
    before: `'{}'`,
    after: `'{}'`,
  };

  it.each(Object.entries(others))('is found with another %s', async (column, value) => {
    await sealed.tamper(`update log_events set ${column} = ${value} where position = 20`);
    expect(await problems()).toEqual(['events 2: of 1 event, at least one was changed']);
  });

  it('has no column that is not hashed', async () => {
    const { rows } = await sql<{ name: string }>`
      select attname as name from pg_attribute where attrelid = 'log_events'::regclass and attnum > 0`.execute(sealed.db);
    expect(rows.map((row) => row.name).sort()).toEqual([...Object.keys(others), 'position', 'private'].sort());
  });

  it('is missed where it was deleted, and found where it was added', async () => {
    await sealed.tamper('delete from log_events where position = 1');
    expect(await problems()).toEqual(['events 1: 3 events sealed, 2 there']);
    await sealed.restore();
    await sealed.tamper(`insert into log_events select 15, recorded_at, 'log', 1, type, schema_version, actor, command_id,
      causation, data, private, command, actor_kind, site, before, after from log_events where position = 1`);
    expect(await problems()).toEqual(['events 2: 1 event sealed, 2 there']);
  });

  it.each([
    ['changed', `update log_events set private = '{"after": {"excluded_ips": []}}' where position = 20`],
    ['blanked', 'update log_events set private = null where position = 20'],
    ['blanked, and its key deleted', 'with x as (delete from log_private_keys where position = 20) update log_events set private = null where position = 20'],
  ])('is found where what is private of it was %s', async (_, statement) => {
    await sealed.tamper(statement);
    expect(await problems()).toEqual(['private 2: what is private of the SiteChanged at position 20 was changed']);
  });

  it('is found where something private was added to it', async () => {
    await sealed.tamper(`update log_events set private = '{}' where position = 1`);
    expect(await problems()).toEqual(['private 1: what is private of the SiteCreated at position 1 was changed']);
  });
});

describe('the chain', () => {
  it.each([
    'update log_segments set hits = hits + 1 where segment = 1',
    `update log_segments set closed_at = closed_at - interval '1 microsecond' where segment = 1`,
    'update log_segments set last_position = last_position + 1 where segment = 1',
    'update log_segments set stamps = sha256(stamps) where segment = 1',
    'update log_segments set event_digest = sha256(event_digest) where segment = 1',
    'update log_segments set format = 2 where segment = 1',
    'update log_segment_sites set rows = rows - 1 where segment = 1',
    'update log_segment_sites set digest = sha256(digest) where segment = 1',
    'delete from log_segment_sites where segment = 1',
    'insert into log_segment_sites select segment, 99, rows, digest from log_segment_sites where segment = 1 limit 1',
    'delete from log_segment_private where segment = 1',
    'update log_segment_private set digest = sha256(digest) where segment = 1',
  ])('finds its own record changed: %s', async (statement) => {
    await sealed.tamper(statement);
    expect((await problems())[0]).toMatch(/^chain 1: segment 1: its own record was changed/);
  });

  it('finds a record that was given the hash that fits it', async () => {
    await sealed.tamper('update log_segments set hits = hits - 1, events = events + 1 where segment = 1');
    await sealed.tamper('update log_segments s set hash = segment_hash(s) where segment = 1');
    expect(await problems()).toContain('chain 2: segment 2 does not follow segment 1 as that is now: one of them was changed');
  });

  it('misses a segment in between, and finds records of none', async () => {
    await sealed.tamper('delete from log_segments where segment = 1');
    expect((await problems())[0]).toBe('chain 1: segment 1 is missing');
    await sealed.restore();
    await sealed.tamper('delete from log_segments where segment = 2');
    expect(await problems()).toEqual(['chain null: records of segments that there are not: 3']);
  });

  it('cannot be checked for a site whose key is another one, or gone without a deletion', async () => {
    await sealed.tamper(`update log_site_keys set key = sha256(key) where site_id = ${sealed.ann.siteId}`);
    expect(await problems()).toEqual([expect.stringMatching(CHANGED), expect.stringMatching(CHANGED)]);
    await sealed.tamper(`delete from log_site_keys where site_id = ${sealed.ann.siteId}`);
    expect(await problems()).toEqual([
      expect.stringMatching(/^hits 1 ann\.example: the key to its digest is gone/),
      expect.stringMatching(/^hits 2 ann\.example: the key to its digest is gone/),
    ]);
  });

  const removeFrom = async (segment: number): Promise<void> => {
    for (const table of ['log_segments', 'log_segment_sites', 'log_segment_private']) {
      await sealed.tamper(`delete from ${table} where segment >= ${segment}`);
    }
    await sealed.tamper('delete from log_private_keys k where not exists (select from log_segment_private p where p.position = k.position)');
  };

  it('that lost its end has not the head that was kept elsewhere', async () => {
    const head = await readSealedHead(sealed.db);
    await removeFrom(2);
    expect(await problems()).toEqual([]);
    expect(await problems(head?.hash)).toEqual([
      'head null: the pinned head is not among the 1 segments up to position 10: ' +
        'the log was set back to an earlier state, or the chain was written anew',
    ]);
  });

  it('that was written anew over changed rows has not the head that was kept elsewhere', async () => {
    const head = await readSealedHead(sealed.db);
    await removeFrom(2);
    await sealed.tamper(`update log_hits set pathname = '/never' where position = 12`);
    await sealed.seal();
    expect(await problems()).toEqual([]);
    expect(await problems(head?.hash)).toEqual([expect.stringMatching(/^head null: the pinned head is not among the 2 segments/)]);
  });

  it('may have grown since the head was kept', async () => {
    const head = await readSealedHead(sealed.db);
    await sealed.bob.append(pageView('/later'));
    await sealed.seal();
    expect(await sealed.verify(head?.hash)).toMatchObject({ intact: true, segments: 3, head: { found: true, segment: 2 } });
  });
});
