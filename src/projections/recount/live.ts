import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { counted, type Judged } from './counted.ts';
import type { Scope, Span } from './scope.ts';
import { makeTemporary } from './temporary.ts';

/** From when on a visitor is in the figures of the last 24 hours, by the clock of the log at its position. Null: no log. */
export async function startOfLastDay(tx: Tx, position: string): Promise<Date | null> {
  const { rows } = await sql<{ since: Date | null }>`
    select max(recorded_at) - interval '24 hours' as since from (
      select recorded_at from log_hits where position = ${position}::bigint
      union all select recorded_at from log_events where position = ${position}::bigint) x`.execute(tx);
  return rows[0]?.since ?? null;
}

/** As SQL; the view keeps older ones for a while, which are in no figure. */
export const isAfter = (column: string, since: Date): RawBuilder<unknown> =>
  sql`${sql.ref(column)} > ${sql.lit(since.toISOString())}::timestamptz`;

/** Makes `recount_live`: when each visitor of the last 24 hours was last seen, on whatever days. */
export async function makeLive(tx: Tx, scope: Scope, judged: Judged, span: Span, since: Date): Promise<void> {
  const hits = counted(scope, judged, span, 'hit', ['visitor', 'site_id', 'at']);
  await makeTemporary(
    tx,
    'live',
    sql`select site_id, visitor, max(at) as last_at from ${hits} h where ${isAfter('at', since)} group by 1, 2`,
    ['site_id', 'visitor'],
  );
}
