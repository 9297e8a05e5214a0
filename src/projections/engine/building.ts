import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { viewOf, type Catalog } from '../catalog.ts';
import { namesWith } from '../facts/names.ts';
import type { Run } from '../facts/run.ts';
import '../rebuild/rebuild.tables.ts';
import type { Following } from './following.ts';

/** Days of a site, both included, as a rebuild has yet to build them. */
interface PendingDays {
  site_id: number;
  from_day: string;
  to_day: string;
}

/** A view that is being built, alone, upon facts that are folded meanwhile. */
export interface Building extends Following {
  /** Whoever builds these reads them as they are then: until that, what is new of them is not folded. */
  readonly pending: readonly PendingDays[];
}

/**
 * Views in building that follow these facts, but for those that are built in one go, and not yet. Whoever holds the
 * facts' checkpoint sees them as they stand until it is done, since a chunk is built under the same lock.
 */
export async function readBuilding(tx: Tx, facts: number, catalog: Catalog): Promise<Building[]> {
  const { rows } = await sql<{
    generation: number;
    view: string;
    version: number;
    suspended: boolean;
    waits: boolean;
    pending: PendingDays[] | null;
  }>`select v.generation, v.view, v.version, s.view is not null as suspended,
      exists (select from projection_chunks c
        where c.rebuild_id = r.rebuild_id and c.phase = 'last' and c.done_at is null) as waits,
      (select jsonb_agg(jsonb_build_object('site_id', c.site_id, 'from_day', c.from_day, 'to_day', c.to_day))
        from projection_chunks c
        where c.rebuild_id = r.rebuild_id and c.phase = 'days' and c.done_at is null) as pending
    from projection_views v
      join projection_rebuilds r on r.generation = v.generation and r.name = v.view and r.state = 'running'
      left join projection_suspended s on s.generation = v.generation and s.view = v.view
    where v.facts = ${facts} and v.generation <> v.facts and v.state = 'building'
    order by v.generation`.execute(tx);
  return rows.flatMap(({ generation, view: name, version, suspended, waits, pending }) => {
    const view = viewOf(catalog, name, version);
    if (view === undefined || waits) return [];
    const names = namesWith(facts, new Map(view.tables.map((table) => [table, generation])));
    return [{ generation, view, state: 'building' as const, suspended, names, pending: pending ?? [] }];
  });
}

/** What views fold. Each has the site and the day of its rows. */
const DELTAS = ['batch_hit', 'old_visit', 'visit_delta', 'time_delta', 'vital_delta'];

/** Puts aside what is of pending days, so that the others alone are folded. */
export async function putAside(tx: Tx, run: Run, pending: readonly PendingDays[]): Promise<void> {
  if (pending.length === 0) return;
  await sql`create temp table if not exists pending_days (site_id integer not null, from_day date not null,
    to_day date not null) on commit delete rows`.execute(tx);
  await sql`insert into pending_days
    select * from jsonb_to_recordset(${JSON.stringify(pending)}::jsonb) x(site_id int, from_day date, to_day date)`.execute(tx);
  for (const table of DELTAS) {
    const aside = sql.ref(`aside_${table}`);
    await sql`create temp table if not exists ${aside} (like ${sql.ref(table)}) on commit delete rows`.execute(tx);
    await run(sql`with taken as (
        delete from ${sql.ref(table)} d where exists (
          select from pending_days p where p.site_id = d.site_id and d.day between p.from_day and p.to_day)
        returning *)
      insert into ${aside} select * from taken`);
  }
  await run.flush();
}

/** For the next view. */
export async function putBack(tx: Tx, run: Run, pending: readonly PendingDays[]): Promise<void> {
  if (pending.length === 0) return;
  await sql`delete from pending_days`.execute(tx);
  for (const table of DELTAS) {
    await run(sql`with taken as (delete from ${sql.ref(`aside_${table}`)} returning *)
      insert into ${sql.ref(table)} select * from taken`);
  }
  await run.flush();
}
