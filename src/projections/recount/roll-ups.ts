import { sql, type RawBuilder } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { ofSitesAndDays, type Scope } from './scope.ts';
import { makeTemporary, temporary } from './temporary.ts';
import { typeOf } from './visits.ts';

/** Views keep sums of thirds of a month (1st to 10th, 11th to 20th, the rest) and of months, once they are over. */
export const PERIODS = ['third', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** First day of the period that a day is in. */
function firstDay(period: Period, day: RawBuilder<unknown>): RawBuilder<unknown> {
  const place = sql`date_part('day', ${day})::int`;
  if (period === 'month') return sql`(${day} - (${place} - 1))`;
  return sql`(${day} - (${place} - case when ${place} <= 10 then 1 when ${place} <= 20 then 11 else 21 end))`;
}

/** Last day of a period that begins on `start`. */
function lastDay(period: Period, start: RawBuilder<unknown>): RawBuilder<unknown> {
  const ofMonth = sql`(date_trunc('month', ${start}) + interval '1 month - 1 day')::date`;
  return period === 'month' ? ofMonth : sql`case when date_part('day', ${start}) = 21 then ${ofMonth} else ${start} + 9 end`;
}

/** Whether some period may lie wholly within the days asked for: a third has 8 days at least. */
export function hasWholePeriods({ from, to }: Scope): boolean {
  return from === undefined || to === undefined || Date.parse(to) - Date.parse(from) >= 7 * 86_400_000;
}

export interface Rolled {
  /** `recount_<base>` holds days; `recount_<base>_rolled` what they come to by thirds. */
  base: string;
  keys: readonly string[];
  measures: readonly string[];
}

const sums = ({ measures }: Rolled): RawBuilder<unknown> =>
  sql.join(measures.map((m) => sql`sum(${sql.ref(m)})::${sql.raw(typeOf(m))} as ${sql.ref(m)}`));

/** Adds the days at hand to their thirds. */
export async function rollUp(tx: Tx, rolled: Rolled, isFirst: boolean): Promise<void> {
  const keys = sql.join([sql`site_id`, sql`${firstDay('third', sql`day`)} as day`, ...rolled.keys.map((k) => sql.ref(k))]);
  const places = sql.join(['site_id', 'day', ...rolled.keys].map((_, i) => sql.lit(i + 1)));
  const select = sql`select ${keys}, ${sums(rolled)} from ${temporary(rolled.base)} group by ${places}`;
  if (isFirst) await makeTemporary(tx, `${rolled.base}_rolled`, select);
  else await sql`insert into ${temporary(`${rolled.base}_rolled`)} ${select}`.execute(tx);
}

/** Notes the latest day on which each site was seen in these hours: what ends before its third is over. */
export async function noteFrontiers(tx: Tx, isFirst: boolean): Promise<void> {
  const select = sql`select site_id, max(day) as day from ${temporary('hour')} group by 1`;
  if (isFirst) await makeTemporary(tx, 'frontier', select);
  else await sql`insert into ${temporary('frontier')} ${select}`.execute(tx);
}

/** Rows that the roll-up should have: of periods that are over and lie wholly within the days asked for. */
export function expectedRollUp(scope: Scope, rolled: Rolled, period: Period): RawBuilder<unknown> {
  const places = sql.join(['site_id', 'day', ...rolled.keys].map((_, i) => sql.lit(i + 1)));
  const day = sql`${firstDay(period, sql`r.day`)} as day`;
  const keys = sql.join([sql`r.site_id`, day, ...rolled.keys.map((k) => sql.ref(`r.${k}`))]);
  return sql`(select r.* from (
      select ${keys}, ${sums(rolled)} from ${temporary(`${rolled.base}_rolled`)} r group by ${places}) r
      join (select site_id, ${firstDay(period, sql`max(day)`)} as open from ${temporary('frontier')} group by 1) f
        on f.site_id = r.site_id and r.day < f.open
    where ${isWhole(scope, period, 'r')})`;
}

/** Whether a row's period lies wholly within the days asked for. */
export function isWhole(scope: Scope, period: Period, alias: string): RawBuilder<unknown> {
  const day = sql.ref(`${alias}.day`);
  const conditions = [sql`true`, ...ofSitesAndDays(scope, alias)];
  if (scope.from !== undefined) conditions.push(sql`${day} >= ${sql.lit(scope.from)}::date`);
  if (scope.to !== undefined) conditions.push(sql`${lastDay(period, day)} <= ${sql.lit(scope.to)}::date`);
  return sql.join(conditions, sql` and `);
}
