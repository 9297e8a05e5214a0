import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Scratch } from '../../../facts/batch.tables.ts';
import { FEW_VISITORS, GRAINS } from '../../../facts/frontier.ts';
import type { Names } from '../../../facts/names.ts';

/**
 * What is known of a page, and of the visits that entered or left there. Most pages are neither in a day, so those
 * measures are null instead of 0, which takes no room.
 */
export const PAGE_MEASURES = [
  'visitors',
  'visits',
  'pageviews',
  'timed',
  'ms',
  'entry_visitors',
  'entries',
  'entry_pageviews',
  'entry_bounces',
  'entry_ms',
  'exit_visitors',
  'exits',
  'exit_pageviews',
  'exit_bounces',
  'exit_ms',
] as const;

const columns = sql.join(
  PAGE_MEASURES.map((m) => sql`${sql.ref(m)} ${m.endsWith('ms') ? sql`bigint` : sql`integer`}`),
);

export async function createPagesTables(tx: Tx, names: Names): Promise<void> {
  for (const grain of ['day', ...GRAINS]) {
    await sql`create table ${names(`pages_${grain}`)} (path bigint not null, site_id integer not null,
      day date not null, ${columns}, primary key (site_id, day, path)) with (fillfactor = 90)`.execute(tx);
  }
  // Not of the days: an index on what changes with every hit would end updates in place.
  for (const grain of GRAINS) {
    await sql`create index ${sql.ref(`pages_${grain}_often`)} on ${names(`pages_${grain}`)} (site_id, day)
      where visitors > ${sql.lit(FEW_VISITORS)}`.execute(tx);
  }
}

/** What a batch adds, one row a page. */
export const pagesScratch: Scratch = {
  table: 'pages_delta',
  columns: sql`path bigint not null, site_id integer not null, day date not null, ${columns}`,
};
