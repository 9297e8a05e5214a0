import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { GRAINS, periodStart, type Grain } from '../facts/frontier.ts';
import { namesOf, schemaOf, type Names } from '../facts/names.ts';
import { SHARED_TERMS } from '../facts/terms.ts';
import type { View } from '../views/view.ts';
import type { Kept } from './kept.ts';

export interface CopyOptions {
  /** Of what serves. */
  readonly from: Names;
  /** The generation that is built. Nothing is in its tables yet but what `startFacts` enters. */
  readonly to: number;
  /** Of the new generation; the serving one has the same versions (`refuseLoss`). */
  readonly views: readonly View[];
  readonly kept: readonly Kept[];
  /**
   * The two have not the same rules and spam hosts. What is copied then keeps its interpretation under keys of its own,
   * since the same sources and user agents mean something else in days that are built.
   */
  readonly otherRules: boolean;
}

/**
 * Takes over hits, visits, dictionaries and the rows of views, as they are. Call it in one REPEATABLE READ transaction,
 * whose snapshot says where the serving generation stands: that is the target up to which the rest is built. Hits that
 * come later for days that were copied are folded as any others.
 *
 * Of sites that are kept whole the roll-ups come too; of days alone they are made by `rollUpCopied`, once it is known
 * which periods are over. Tables without a day (`live`) come with whole sites only: they know the last day or so.
 */
export async function copyRows(tx: Tx, o: CopyOptions): Promise<void> {
  if (o.kept.length === 0) return;
  await sql`set local statement_timeout = 0`.execute(tx);
  await sql`create temp table copied on commit drop as
    select * from unnest(${o.kept.map((k) => k.siteId)}::int[], ${o.kept.map((k) => k.day)}::date[]) k(site_id, day)`
    .execute(tx);
  await nameAgents(tx, o);
  const to = namesOf(o.to);
  await sql`insert into ${to('term')} (site_id, term_id, value)
    select site_id, term_id, value from ${o.from('term')}
    where site_id = ${sql.lit(SHARED_TERMS)} or site_id in (select site_id from copied)
    order by 1, 2 on conflict do nothing`.execute(tx);
  for (const table of ['hit', 'visit']) await copyTable(tx, o, table, { keyed: true });
  await copyDictionary(tx, o, 'source', sql`join (select distinct site_id, source from ${o.from('hit')} h
    where exists (select from copied k where k.site_id = h.site_id and h.day <= coalesce(k.day, 'infinity'))
    union select distinct site_id, source from ${o.from('visit')} v
    where exists (select from copied k where k.site_id = v.site_id and v.day <= coalesce(k.day, 'infinity'))) u
    on u.site_id = x.site_id and u.source = x.source_id`);
  await copyDictionary(tx, o, 'agent', sql`join copied_agent u on u.agent_id = x.agent_id`);
  for (const table of ['exclusion', 'frontier']) await copyTable(tx, o, table, { wholeOnly: true });
  for (const view of o.views) {
    for (const table of view.tables) await copyTable(tx, o, table, { wholeOnly: grainOf(table) !== undefined });
  }
}

/** User agents of what is copied, each with the key that it gets: below zero, as the log's own are above. */
async function nameAgents(tx: Tx, { from, otherRules }: CopyOptions): Promise<void> {
  const key = otherRules
    ? sql`(least(0, (select min(agent_id) from ${from('agent')})) - row_number() over (order by agent_id))::int`
    : sql`agent_id`;
  await sql`create temp table copied_agent on commit drop as
    select agent_id, ${key} as key from (
      select agent_id from ${from('hit')} h join copied k
        on k.site_id = h.site_id and h.day <= coalesce(k.day, 'infinity')
      union
      select agent_id from ${from('visit')} v join copied k
        on k.site_id = v.site_id and v.day <= coalesce(k.day, 'infinity')) x`.execute(tx);
  await sql`create unique index on copied_agent (agent_id)`.execute(tx);
  await sql`analyze copied, copied_agent`.execute(tx);
}

/** The key under which a source goes on: the same, or one that no source of the log has. */
function sourceKey({ otherRules }: CopyOptions, source: RawBuilder<unknown>): RawBuilder<unknown> {
  return otherRules ? sql`hashtextextended(${source}::text || ' as it was', 0)` : source;
}

interface TableOptions {
  /** It refers to agents and sources. */
  keyed?: boolean;
  /** Rows of whole sites alone. */
  wholeOnly?: boolean;
}

async function copyTable(tx: Tx, o: CopyOptions, table: string, { keyed = false, wholeOnly = false }: TableOptions = {}) {
  const columns = (await columnsOf(tx, o.to, table)).map(({ name }) => name);
  const values = columns.map((name) => {
    if (keyed && name === 'source') return sourceKey(o, sql`x.source`);
    if (keyed && name === 'agent_id') return sql`a.key`;
    return sql.ref(`x.${name}`);
  });
  const upTo = wholeOnly || !columns.includes('day') ? sql`k.day is null` : sql`x.day <= coalesce(k.day, 'infinity')`;
  await sql`insert into ${namesOf(o.to)(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
    select ${sql.join(values)} from ${o.from(table)} x join copied k on k.site_id = x.site_id and ${upTo}
      ${keyed ? sql`join copied_agent a on a.agent_id = x.agent_id` : sql``}
    on conflict do nothing`.execute(tx);
}

async function copyDictionary(tx: Tx, o: CopyOptions, table: 'agent' | 'source', used: RawBuilder<unknown>) {
  const columns = (await columnsOf(tx, o.to, table)).map(({ name }) => name);
  const values = columns.map((name) => {
    if (name === 'source_id') return sourceKey(o, sql`x.source_id`);
    return name === 'agent_id' ? sql`u.key` : sql.ref(`x.${name}`);
  });
  await sql`insert into ${namesOf(o.to)(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
    select ${sql.join(values)} from ${o.from(table)} x ${used} on conflict do nothing`.execute(tx);
}

/**
 * Roll-ups of the days that were copied of sites that are not kept whole: periods that are over where the site's frontier
 * is now. Call it after `planDays`, which says where that is, and before the pieces, which add to them.
 */
export async function rollUpCopied(tx: Tx, generation: number, views: readonly View[], kept: readonly Kept[]): Promise<void> {
  const frozen = kept.filter((k) => k.day !== null);
  if (frozen.length === 0) return;
  await sql`set local statement_timeout = 0`.execute(tx);
  const names = namesOf(generation);
  const copied = sql`unnest(${frozen.map((k) => k.siteId)}::int[], ${frozen.map((k) => k.day)}::date[]) k(site_id, day)`;
  for (const table of views.flatMap((view) => view.tables)) {
    const grain = grainOf(table);
    if (grain === undefined) continue;
    const columns = await columnsOf(tx, generation, table);
    const values = columns.map(({ name, inKey, nullable }) => {
      if (name === 'day') return periodStart(grain, sql`x.day`);
      if (inKey) return sql.ref(`x.${name}`);
      // Where nothing is null, it is so in sums, too.
      return nullable ? sql`nullif(sum(${sql.ref(`x.${name}`)}), 0)` : sql`sum(${sql.ref(`x.${name}`)})`;
    });
    const places = columns.flatMap(({ inKey }, i) => (inKey ? [sql.lit(i + 1)] : []));
    await sql`insert into ${names(table)} (${sql.join(columns.map(({ name }) => sql.ref(name)))})
      select ${sql.join(values)} from ${copied} join ${names('frontier')} f on f.site_id = k.site_id
        join ${names(table.replace(/_[a-z]+$/, '_day'))} x on x.site_id = k.site_id and x.day <= k.day
          and ${periodStart(grain, sql`x.day`)} < ${periodStart(grain, sql`f.day`)}
      group by ${sql.join(places)}`.execute(tx);
  }
}

/** Roll-ups are named so by what they hold: see `RolledUp`. */
function grainOf(table: string): Grain | undefined {
  return GRAINS.find((grain) => table.endsWith(`_${grain}`));
}

interface Column {
  name: string;
  inKey: boolean;
  nullable: boolean;
}

async function columnsOf(tx: Tx, generation: number, table: string): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select a.attname as name, coalesce(a.attnum = any (i.indkey), false) as "inKey", not a.attnotnull as nullable
    from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where a.attrelid = to_regclass(${`${schemaOf(generation)}.${table}`}) and a.attnum > 0 and not a.attisdropped
    order by a.attnum`.execute(tx);
  if (rows.length === 0) throw new Error(`generation ${generation} has no table ${table}`);
  return rows;
}
