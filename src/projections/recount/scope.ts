import { sql, type RawBuilder } from 'kysely';

import type { RuleSet } from '../../domain/rules/rule-set.ts';
import { readRange } from '../../log/read-range.ts';
import type { Tx } from '../../platform/database.ts';
import { firstDaysInLog, type FirstDay } from './first-day.ts';
import { integers } from './temporary.ts';

/** What is asked for. Local days, both included. */
export interface Asked {
  siteId?: number;
  from?: string;
  to?: string;
}

/** Which rows of the log are looked at at all, before any rule of interpretation. */
export interface Scope extends Asked {
  /** Up to and with this one. */
  position: string;
  rules: RuleSet;
  isSpamHost(host: string): boolean;
  /** Positions that are in no figure: parked, or discarded on record. */
  apart: string[];
  /** Sites that are being erased: log and views are without them soon, and not at one moment. */
  erasing: number[];
  /** Sites whose older days are no more in the log. */
  firstDays: FirstDay[];
}

/** Positions between which hits lie, both included, and their local days. */
export interface Span {
  first: string;
  last: string;
  from?: string;
  to?: string;
}

export async function readScope(
  tx: Tx,
  asked: Asked,
  of: { facts: number; position: string; rules: RuleSet; isSpamHost(host: string): boolean },
): Promise<Scope> {
  const parked = await tx
    .selectFrom('projection_parked')
    .select('position')
    .where('generation', '=', of.facts)
    .execute();
  const { rows: discarded } = await sql<{ position: string }>`
    select data ->> 'position' as position from log_events where type = 'HitDiscarded'`.execute(tx);
  return {
    ...asked,
    position: of.position,
    rules: of.rules,
    isSpamHost: of.isSpamHost,
    apart: [...new Set([...parked, ...discarded].map((row) => row.position))],
    erasing: await readErasing(tx),
    firstDays: await firstDaysInLog(tx),
  };
}

async function readErasing(tx: Tx): Promise<number[]> {
  const events = await readRange(tx, ['SiteDeleted', 'SiteErased'], 0n, 9_223_372_036_854_775_807n);
  const erased = new Set<number>();
  for (const { event } of events) if (event.type === 'SiteErased') erased.add(event.data.site_id);
  return events.map(({ event }) => event.data.site_id).filter((siteId) => !erased.has(siteId));
}

/** Of hits `l` of the log: those that the edge did not leave out, within the scope and these positions and days. */
export function inScope(scope: Scope, span: Span): RawBuilder<unknown> {
  const conditions = [
    sql`l.position between ${sql.lit(span.first)}::bigint and ${sql.lit(span.last)}::bigint`,
    sql`l.verdict is null`,
    // Erased hits stand under this one.
    scope.siteId === undefined ? sql`l.site_id <> 0` : sql`l.site_id = ${sql.lit(scope.siteId)}`,
    ...ofSitesAndDays(scope, 'l'),
  ];
  if (span.from !== undefined) conditions.push(sql`l.day >= ${sql.lit(span.from)}::date`);
  if (span.to !== undefined) conditions.push(sql`l.day <= ${sql.lit(span.to)}::date`);
  if (scope.apart.length > 0) conditions.push(sql`l.position <> all (${integers(scope.apart, 'bigint')})`);
  return sql.join(conditions, sql` and `);
}

/** Leaves out what log and views need not agree upon, for rows with `site_id` and `day` of either. */
export function ofSitesAndDays(scope: Scope, alias: string, day: RawBuilder<unknown> = sql.ref(`${alias}.day`)) {
  const conditions: RawBuilder<unknown>[] = [];
  const site = sql.ref(`${alias}.site_id`);
  if (scope.erasing.length > 0) conditions.push(sql`${site} <> all (${integers(scope.erasing, 'int')})`);
  const { firstDays } = scope;
  if (firstDays.length > 0) {
    const days = sql`${sql.lit(`{${firstDays.map((one) => one.day).join()}}`)}::date[]`;
    conditions.push(sql`not exists (
      select from unnest(${integers(firstDays.map((one) => one.siteId), 'int')}, ${days}) f(site_id, day)
      where f.site_id = ${site} and ${day} < f.day)`);
  }
  return conditions;
}
