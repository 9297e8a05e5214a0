import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** A temporary table of a view. Its name tells view and version, as several versions are folded side by side. */
export interface Scratch {
  readonly table: string;
  /** What stands between the parentheses of its DDL. */
  readonly columns: RawBuilder<unknown>;
}

/**
 * What one batch is folded through: temporary, of the projector's connection, emptied by each COMMIT.
 *
 * - `batch_hit`: the batch's hits that count, and engagement reports. The columns from `n` on are of a bulk build alone;
 *   see `build/day-hits.ts`.
 * - `touched`: the visitor-days they belong to. `replay`: a late hit, an engagement report on either side, or a view that
 *   tells scroll or vitals of the one before, so all its hits are read again; else what is new only follows what is
 *   known, and the last visit is enough.
 * - `old_visit`: the visits of these visitor-days as they were.
 * - `engaged`: what engagement reports say of a view, in the version as `session_hit`.
 * - `session_hit`: hits in order with their visit's number and, apart for views and events, their
 *   place in it; `version` 0 as it was (replayed ones only), 1 as it is.
 * - `visit_delta`: visits as they were (sign -1) and as they are (+1) with their dimensions. Views fold this, most of
 *   them a few columns in a pass: those come first, as reading a column means to pass all before it.
 *   `alone`: a bulk build knows that it is the only one of its visitor-day.
 * - `time_delta`: time of views that became known (`timed` 1) or is taken back (-1), and in the same way how deep they
 *   were scrolled (`scrolled`). A row may have either, or both.
 * - `vital_delta`: web vitals of views that became known (`n` 1) or are taken back (-1), a row for each; see `VITALS`.
 * - `site_frontier`: the latest day of each site in the batch, before and after it; see `frontier.ts`.
 */
const tables = [
  sql`create temp table batch_hit (visitor bigint not null, at timestamptz not null, position bigint not null,
    path bigint not null, source bigint not null, event bigint, site_id integer not null, day date not null,
    agent_id integer not null, ms integer, hour smallint not null, country smallint, device smallint, scroll smallint,
    engagement boolean not null, known boolean not null, pathname text not null, name text, n bigint, visit_no bigint,
    last_view bigint, previous_path bigint, starts_day boolean, passive boolean not null, lcp integer, inp integer,
    cls integer) on commit delete rows`,
  sql`create temp table touched (visitor bigint not null, site_id integer not null, day date not null,
    first_at timestamptz, first_view_at timestamptz, replay boolean not null) on commit delete rows`,
  sql`create temp table old_visit (visitor bigint not null, started_at timestamptz not null,
    last_at timestamptz not null, source bigint not null, hostname bigint, exit bigint, site_id integer not null,
    day date not null, agent_id integer not null, pageviews integer not null, events integer not null,
    exit_ms integer, hours integer not null, first_hours integer not null, firsts smallint not null,
    hour smallint not null, country smallint, device smallint, ends_in_view boolean not null, steps bigint[],
    pages bigint[], names bigint[], row_id tid not null, is_last boolean not null, passive integer not null)
    on commit delete rows`,
  sql`create temp table engaged (position bigint not null, path bigint not null, site_id integer not null,
    day date not null, version smallint not null, ms integer, scroll smallint, lcp integer, inp integer, cls integer)
    on commit delete rows`,
  sql`create temp table session_hit (visitor bigint not null, site_id integer not null, day date not null,
    version smallint not null, visit_no integer not null, place bigint not null, at timestamptz not null,
    last_at timestamptz not null, old boolean not null, replay boolean not null, is_view boolean not null, path bigint, previous_path bigint,
    previous_engaged integer, source bigint not null, event bigint, hour smallint not null, ms integer,
    engaged_ms integer, agent_id integer not null, country smallint, device smallint, starts boolean not null,
    is_last boolean not null, first_view boolean not null, last_view boolean not null, passive boolean not null,
    previous_position bigint, scroll smallint, lcp integer, inp integer, cls integer) on commit delete rows`,
  sql`create temp table new_visit (visitor bigint not null, started_at timestamptz not null,
    last_at timestamptz not null, source bigint not null, hostname bigint, exit bigint, site_id integer not null,
    day date not null, agent_id integer not null, pageviews integer not null, events integer not null,
    exit_ms integer, hours integer not null, hour smallint not null, country smallint, device smallint,
    ends_in_view boolean not null, steps bigint[], pages bigint[], names bigint[], extends tid,
    passive integer not null) on commit delete rows`,
  sql`create temp table visit_delta (visitor bigint not null, started_at timestamptz not null, site_id integer not null,
    day date not null, pageviews integer not null, events integer not null, bounces integer not null,
    ms integer not null, first_hours integer not null, sign smallint not null, firsts smallint not null,
    alone boolean not null default false, hour smallint not null, country smallint, device smallint, hostname bigint, entry bigint, exit bigint,
    browser bigint, os bigint, channel bigint, referrer bigint, sequence bigint, utm_source bigint,
    utm_medium bigint, utm_campaign bigint, utm_term bigint, utm_content bigint, last_at timestamptz not null,
    source bigint not null, agent_id integer not null, exit_ms integer, hours integer not null,
    ends_in_view boolean not null, extends tid, steps bigint[], pages bigint[], names bigint[],
    passive integer not null) on commit delete rows`,
  sql`create temp table time_delta (site_id integer not null, day date not null, path bigint not null,
    ms integer not null, timed integer not null, scroll integer not null default 0,
    scrolled integer not null default 0) on commit delete rows`,
  sql`create temp table vital_delta (site_id integer not null, day date not null, path bigint not null,
    metric smallint not null, value integer not null, n integer not null) on commit delete rows`,
  sql`create temp table site_frontier (site_id integer not null, first_day date not null, old_day date,
    new_day date not null) on commit delete rows`,
];

/** Makes the temporary tables where this connection has none yet: a lost connection takes them with it. */
export async function ensureBatchTables(tx: Tx, scratch: readonly Scratch[]): Promise<void> {
  const wanted = ['vital_delta', ...scratch.map(({ table }) => table)];
  const { rows } = await sql<{ missing: string }>`
    select t as missing from unnest(${wanted}::text[]) t where to_regclass('pg_temp.' || t) is null`.execute(tx);
  if (rows.length === 0) return;
  const missing = new Set(rows.map((row) => row.missing));
  for (const { table, columns } of scratch) {
    if (!missing.has(table)) continue;
    await sql`create temp table ${sql.ref(table)} (${columns}) on commit delete rows`.execute(tx);
  }
  if (!missing.has('vital_delta')) return;
  for (const table of tables) await table.execute(tx);
}
