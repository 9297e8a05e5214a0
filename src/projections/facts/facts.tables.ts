import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { createExclusionTable } from './exclusions.ts';
import type { Names } from './names.ts';

/**
 * Which columns there are. 2: what was measured of a view, and whether an event happened by itself. Facts of an older
 * version are brought up to date by `engine/upgrade.ts`.
 */
export const FACTS_VERSION = 2;

/** Adds the columns that facts of an older version lack. What folds without knowing them leaves them as they are here. */
export async function addFactColumns(tx: Tx, names: Names): Promise<void> {
  await sql`alter table ${names('hit')} add column if not exists passive boolean not null default false,
    add column if not exists lcp integer, add column if not exists inp integer, add column if not exists cls integer`.execute(tx);
  await sql`alter table ${names('visit')} add column if not exists passive integer not null default 0`.execute(tx);
}

/**
 * Facts: what views are folded from. Widest columns first, which saves alignment; `site_id` leads every key.
 * `term`, `agent` and `source` are dictionaries: one interpretation per distinct text, user agent and source.
 * `exclusion` is the history of the paths that sites leave out.
 * For a bulk build `hit` is made without its indexes: see `indexHits`.
 */
export async function createFactTables(tx: Tx, names: Names, { forBulk = false } = {}): Promise<void> {
  await sql`create table ${names('term')} (
    site_id integer not null, term_id bigint not null, value text collate "C" not null,
    primary key (site_id, term_id))`.execute(tx);
  await sql`create table ${names('agent')} (
    agent_id integer not null primary key, browser bigint, os bigint, device smallint, bot boolean not null
    )`.execute(tx);
  await sql`create table ${names('source')} (
    site_id integer not null, source_id bigint not null, hostname bigint not null, referrer bigint,
    utm_source bigint, utm_medium bigint, utm_campaign bigint, utm_term bigint, utm_content bigint,
    channel smallint not null, spam boolean not null, primary key (site_id, source_id))`.execute(tx);
  await createExclusionTable(tx, names);
  await sql`create table ${names('frontier')} (site_id integer not null primary key, day date not null)
    with (fillfactor = 50)`.execute(tx);
  await sql`create table ${names('hit')} (
    visitor bigint not null, at timestamptz not null, position bigint not null, path bigint not null,
    source bigint not null, event bigint, site_id integer not null, day date not null, agent_id integer not null,
    ms integer, hour smallint not null, country smallint, device smallint, scroll smallint,
    engagement boolean not null, passive boolean not null default false, lcp integer, inp integer, cls integer
    )`.execute(tx);
  if (!forBulk) await createHitIndexes(tx, names);
  // Rows are updated in place while a visit goes on, on the same page where there is room (no index is touched then).
  await sql`create table ${names('visit')} (
    visitor bigint not null, started_at timestamptz not null, last_at timestamptz not null, source bigint not null,
    hostname bigint, exit bigint, site_id integer not null, day date not null, agent_id integer not null,
    pageviews integer not null, events integer not null, exit_ms integer, hours integer not null,
    first_hours integer not null, firsts smallint not null, hour smallint not null, country smallint, device smallint,
    ends_in_view boolean not null, steps bigint[], pages bigint[], names bigint[], passive integer not null default 0
    ) with (fillfactor = 90)`.execute(tx);
  await sql`create index visit_visitor on ${names('visit')} (site_id, day, visitor)`.execute(tx);
}

export async function createHitIndexes(tx: Tx, names: Names): Promise<void> {
  await sql`create index hit_visitor on ${names('hit')} (site_id, day, visitor)`.execute(tx);
  await sql`create index hit_engagement on ${names('hit')} (site_id, day, visitor) where engagement`.execute(tx);
}
