import { sql, type ColumnType, type Generated } from 'kysely';
import type { Tx } from '../platform/database.ts';
import './log.tables.ts';

type Bigint = ColumnType<string, string | bigint | number, string | bigint | number>;

export interface ErasuresTable {
  site_id: number;
  /** Public id of the site. */
  id: string;
  /** Of its `SiteDeleted`. */
  position: Bigint;
  upto: ColumnType<string, never, bigint>;
  hits: Generated<string>;
  scanned: ColumnType<string, never, bigint>;
  rest_until: ColumnType<Date | null, never, Date | null>;
}

declare module '../platform/database.ts' {
  interface Tables {
    erasures: ErasuresTable;
  }
}

/** A deleted site whose data is not gone yet. */
export interface Erasure {
  readonly siteId: number;
  readonly id: string;
  /** Of its `SiteDeleted`: no hit of the site comes after it. */
  readonly position: bigint;
  /** Its hits up to here are blank. */
  readonly upto: bigint;
  /** How many were blanked. */
  readonly hits: number;
  /** Up to here the log was searched for other hits of its user agents. */
  readonly scanned: bigint;
  /** Nothing remembers its user agents from then on; null: they are not retired yet. */
  readonly restUntil: Date | null;
  /** By the database's clock. */
  readonly hasRested: boolean;
}

/** One after the other: whoever notes deletions must see what another process has just finished. */
async function lockErasures(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(4703919738795935667)`.execute(tx);
}

/** Takes up every deletion on record that no erasure has answered yet. It starts where the site was made. */
export async function noteDeletions(tx: Tx): Promise<void> {
  await lockErasures(tx);
  await sql`insert into erasures (site_id, id, position, upto)
    select (d.data ->> 'site_id')::int, (d.data ->> 'id')::uuid, d.position,
      coalesce((select min(c.position) from log_events c where c.stream = d.stream), 0)
    from log_events d
    where d.type = 'SiteDeleted' and not exists (
      select from log_events e where e.type = 'SiteErased' and e.causation = d.position)
    on conflict do nothing`.execute(tx);
}

/** The oldest deletion first. */
export async function readErasures(tx: Tx): Promise<Erasure[]> {
  const rows = await tx
    .selectFrom('erasures')
    .selectAll()
    .select(sql<boolean>`coalesce(rest_until <= clock_timestamp(), false)`.as('rested'))
    .orderBy('position')
    .execute();
  return rows.map((row) => ({
    siteId: row.site_id,
    id: row.id,
    position: BigInt(row.position),
    upto: BigInt(row.upto),
    hits: Number(row.hits),
    scanned: BigInt(row.scanned),
    restUntil: row.rest_until,
    hasRested: row.rested,
  }));
}

/** The erasure as it stands, for this transaction alone; undefined where it is done. */
export async function lockErasure(tx: Tx, siteId: number): Promise<Erasure | undefined> {
  await lockErasures(tx);
  return (await readErasures(tx)).find((erasure) => erasure.siteId === siteId);
}

/** Blanks the site's hits up to and with `to`. Their positions stay, since the log has no holes. */
export async function blankHits(tx: Tx, { siteId, upto }: Erasure, to: bigint): Promise<void> {
  // The row first: of two processes one waits, and finds that the other has moved it on.
  const { numUpdatedRows } = await tx
    .updateTable('erasures')
    .set({ upto: to })
    .where('site_id', '=', siteId)
    .where('upto', '=', upto.toString())
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  const range = sql`${siteId}::int, ${upto.toString()}::bigint, ${to.toString()}::bigint`;
  const { rows } = await sql<{ hits: string }>`select erase_hits(${range}) as hits`.execute(tx);
  await sql`update erasures set hits = hits + ${rows[0]?.hits ?? '0'}::bigint where site_id = ${siteId}`.execute(tx);
}

/** Blanks what the events about the site and its alerts keep apart as private. */
export async function blankPrivate(tx: Tx, siteId: number): Promise<void> {
  await sql`select erase_private(${siteId}::int)`.execute(tx);
}

/** Leaves those of the site's user agents alone that other hits have, between where the search stands and `to`. */
export async function spareAgents(tx: Tx, { siteId, scanned }: Erasure, to: bigint): Promise<void> {
  await sql`delete from erasure_agents where site_id = ${siteId} and agent_id in (
    select h.agent_id from log_hits h
    where h.position > ${sql.lit(scanned)} and h.position <= ${sql.lit(to)})`.execute(tx);
  await noteSearch(tx, siteId, to);
}

async function noteSearch(tx: Tx, siteId: number, to: bigint): Promise<void> {
  await sql`update erasures set scanned = greatest(scanned, ${to.toString()}::bigint)
    where site_id = ${siteId}`.execute(tx);
}

/** There is nothing to search for: as if the log had been searched up to `to`. Answers whether that is so. */
export async function skipSearch(tx: Tx, siteId: number, to: bigint): Promise<boolean> {
  const { rows } = await sql`select from erasure_agents where site_id = ${siteId} limit 1`.execute(tx);
  if (rows.length > 0) return false;
  await noteSearch(tx, siteId, to);
  return true;
}

/** From now on whoever asks for one of the user agents that are left gets another id; `restMs` later nobody has it. */
export async function retireAgents(tx: Tx, siteId: number, restMs: number): Promise<void> {
  await sql`select retire_agents(${siteId}::int)`.execute(tx);
  await sql`update erasures set rest_until = clock_timestamp() + ${restMs} * interval '1 millisecond'
    where site_id = ${siteId}`.execute(tx);
}

/** Blanks the retired user agents that no hit refers to. Takes the log's lock until COMMIT. */
export async function blankAgents(tx: Tx, siteId: number): Promise<void> {
  await sql`select erase_agents(${siteId}::int)`.execute(tx);
}
