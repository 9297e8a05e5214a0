import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';
import { namesOf, schemaOf } from '../facts/names.ts';
import './projections.tables.ts';
import '../rebuild/rebuild.tables.ts';

/** Rows that one transaction removes. */
const CHUNK = 5_000;
/** A rebuild holds a checkpoint for the length of a batch. */
const PATIENCE = sql.lit('60s');

const GONE_WITH_A_SITE = '(its text went with the erasure of a site)';

const GONE = new Set(['42P01', '3F000']); // no such table, no such schema

export interface EraseOptions {
  /** Of the owner. */
  db: Db;
  siteId: number;
  /** After each transaction that removed something; may throw to end it there. */
  onChunk(): void;
}

/**
 * Removes a site from every generation, whatever its state, once its hits in the log are blank.
 *
 * Nothing brings it back. A fold holds its generation's checkpoint from before it reads the log until it commits. So
 * whoever reads the site's hits before they were blanked had the checkpoint then, and has committed once we had it: the
 * rows are there to be removed. Who takes it after us reads blank hits.
 *
 * A rebuild holds the row of a chunk instead, in the same way, and reads the log, the facts that serve, or the hits that
 * it has built itself: so hits go first, and then, once more, whoever has read them is waited for. A generation that is
 * made meanwhile, of what was not erased yet, is found by looking again.
 */
export async function eraseFromProjections(o: EraseOptions): Promise<void> {
  const done = new Set<number>();
  for (;;) {
    const next = (await schemasOf(o.db)).find(({ generation }) => !done.has(generation));
    if (next === undefined) return;
    await eraseGeneration(o, next);
    done.add(next.generation);
  }
}

async function eraseGeneration(o: EraseOptions, { generation, facts }: { generation: number; facts: number }): Promise<void> {
  await waitForFold(o.db, facts);
  await waitForChunks(o.db, generation);
  const tables = await tablesOf(o.db, generation);
  if (tables.includes('hit')) {
    await eraseTable(o, generation, 'hit');
    await waitForChunks(o.db, generation);
  }
  for (const table of tables) await eraseTable(o, generation, table);
}

async function eraseTable(o: EraseOptions, generation: number, table: string): Promise<void> {
  for (let count = CHUNK; count === CHUNK; ) {
    count = await eraseChunk(o, generation, table);
    if (count > 0) o.onChunk();
  }
}

/**
 * Removes what was noted about hits that are blank now: an error's text may quote them. That of a suspended view does
 * not say which hit it is about: its text goes, the suspension stays.
 */
export async function forgetErrors(tx: Db): Promise<void> {
  await sql`delete from projection_parked p using log_hits h where h.position = p.position and h.site_id = 0`.execute(tx);
  await sql`update projection_suspended set error = ${GONE_WITH_A_SITE}`.execute(tx);
  // A comparison quotes paths; that there is none any more is said by how many rows differed.
  await sql`update projection_rebuilds set comparison = null, error = case when error is not null then ${GONE_WITH_A_SITE} end
    where comparison is not null or error is not null`.execute(tx);
}

/**
 * Removes what was interpreted of user agents that are blank now. Were a hit to come with one all the same, it would be
 * interpreted anew, as one that was not recorded.
 */
export async function forgetAgents(tx: Db): Promise<void> {
  const generations = await tx.selectFrom('projections').select('generation').orderBy('generation').execute();
  for (const { generation } of generations) {
    await sql`delete from ${namesOf(generation)('agent')} where agent_id in (
      select agent_id from agents where retired_at is not null and user_agent = '(not recorded)')`.execute(tx);
  }
}

/**
 * Every schema of facts or views, with the facts whose checkpoint guards it. Of what was forgotten and not dropped yet,
 * since somebody reads it still, nobody writes any more.
 */
async function schemasOf(db: Db): Promise<{ generation: number; facts: number }[]> {
  const { rows } = await sql<{ generation: number; facts: number }>`
    select generation, generation as facts from projections
    union select generation, facts from projection_views
    union select x.generation, x.generation from (
      select substr(nspname, length('projection_') + 1)::int as generation from pg_namespace
      where nspname ~ '^projection_[0-9]+$') x
    where not exists (select from projection_views v where v.generation = x.generation)
    order by 1`.execute(db);
  return rows;
}

async function waitForFold(db: Db, generation: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
    await sql`set local statement_timeout = 0`.execute(tx);
    await tx.selectFrom('projections').select('position').where('generation', '=', generation).forUpdate().execute();
  });
}

/** Waits for whoever has a chunk of a rebuild in hand: it is committed then, or as if it had not been taken. */
async function waitForChunks(db: Db, generation: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = ${PATIENCE}`.execute(tx);
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`select from projection_chunks c join projection_rebuilds r using (rebuild_id)
      where r.generation = ${generation} and r.state = 'running' and c.done_at is null
      order by c.phase, c.chunk for update of c`.execute(tx);
  });
}

/** Tables of facts and views that have rows by site: asked of the database, so that none can be forgotten. */
async function tablesOf(db: Db, generation: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped
    where n.nspname = ${schemaOf(generation)} and c.relkind in ('r', 'p') order by 1`.execute(db);
  return rows.map((row) => row.name);
}

async function eraseChunk({ db, siteId }: EraseOptions, generation: number, name: string): Promise<number> {
  const table = namesOf(generation)(name);
  try {
    const { numAffectedRows } = await sql`delete from ${table} where ctid = any (array(
      select ctid from ${table} where site_id = ${siteId} limit ${sql.lit(CHUNK)}))`.execute(db);
    return Number(numAffectedRows ?? 0n);
  } catch (e) {
    // A rebuild drops generations that nobody needs any more, at any moment.
    if (e instanceof Error && 'code' in e && GONE.has(String(e.code))) return 0;
    throw e;
  }
}
