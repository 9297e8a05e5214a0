import { sql } from 'kysely';
import type { Tx } from '../../../../platform/database.ts';
import type { Names } from '../../../facts/names.ts';

/** Distinct visitor ids with a hit in the last `seconds` before `now` (milliseconds since the epoch). */
export async function readLive(tx: Tx, names: Names, siteId: number, now: number, seconds: number): Promise<number> {
  const { rows } = await sql<{ visitors: number }>`
    select count(*)::int as visitors from ${names('live')}
    where site_id = ${sql.lit(siteId)} and last_at <= ${new Date(now)}::timestamptz
      and last_at > ${new Date(now - seconds * 1000)}::timestamptz`.execute(tx);
  return rows[0]?.visitors ?? 0;
}

/** The same of the last 24 hours for several sites, by site id; sites without a visitor are left out. */
export async function readLastDay(
  tx: Tx,
  names: Names,
  siteIds: readonly number[],
  now: number,
): Promise<Map<number, number>> {
  const { rows } = await sql<{ site_id: number; visitors: number }>`
    select site_id, count(*)::int as visitors from ${names('live')}
    where site_id = any (${[...siteIds]}::int[]) and last_at <= ${new Date(now)}::timestamptz
      and last_at > ${new Date(now - 86_400_000)}::timestamptz
    group by site_id`.execute(tx);
  return new Map(rows.map((row) => [row.site_id, row.visitors]));
}
