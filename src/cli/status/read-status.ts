import { sql } from 'kysely';

import { readErasures } from '../../log/erasure.ts';
import { readHead } from '../../log/head.ts';
import { readReplayableSince } from '../../log/retention.ts';
import type { Db, Tx } from '../../platform/database.ts';

export interface Status {
  /** The last position given. */
  readonly head: number;
  readonly hits: number;
  readonly events: number;
  /** Hits at this position and after it are in the log; those before are gone by retention. 1: none is. */
  readonly replayable_since: number;
  readonly sites: number;
  readonly agents: number;
  readonly projections: readonly ProjectionStatus[];
  readonly size: {
    readonly database_bytes: number;
    /** `log_hits` with all its partitions, `log_events`, `log_batches`, indexes included. */
    readonly log_bytes: number;
    /** Largest first: tables of the log and the admin side, one row for each schema of projections. */
    readonly tables: readonly { readonly name: string; readonly bytes: number }[];
  };
  /** Deleted sites whose data is not gone yet, the oldest deletion first. */
  readonly erasures: readonly ErasureStatus[];
  /** Hosts whose hits belong to no site, the latest first, at most 20. */
  readonly refused_hosts: readonly { readonly host: string; readonly hits: number; readonly last_seen: string }[];
}

export interface ErasureStatus {
  /** Public id of the site. */
  readonly site: string;
  /** Of its hits' positions, between 0 and 1: how much of them was gone through. */
  readonly share: number;
  /** How many hits were blanked so far. */
  readonly hits: number;
  /** When it can end, once only what other processes may remember is waited for; else null. */
  readonly rests_until: string | null;
}

export interface ProjectionStatus {
  readonly generation: number;
  readonly state: string;
  readonly rules_version: number;
  readonly position: number;
  /** Positions between it and the head. */
  readonly behind: number;
  /** Since it last stood at the head; 0 while it does, null if it never did. */
  readonly lag_seconds: number | null;
  readonly parked: number;
  readonly suspended: readonly { readonly view: string; readonly error: string }[];
}

const REFUSED_HOSTS_SHOWN = 20;

/** What the database says of itself. Takes milliseconds, however long the log is: no hit is counted one by one. */
export async function readStatus(db: Db): Promise<Status> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const head = Number(await readHead(tx));
      return {
        head,
        ...(await readCounts(tx)),
        replayable_since: await readReplayableSince(tx),
        projections: await readProjections(tx, head),
        size: await readSizes(tx),
        erasures: await readErasing(tx),
        refused_hosts: await readRefusedHosts(tx),
      };
    });
}

/** Positions have no holes, so that hits are what lies between the first and the last and is no event. */
async function readCounts(tx: Tx): Promise<Pick<Status, 'hits' | 'events' | 'sites' | 'agents'>> {
  const { rows } = await sql<{ hits: number; events: number; sites: number; agents: number }>`
    select coalesce(last - first + 1
        - (select count(*) from log_events where position between first and last), 0)::float8 as hits,
      (select count(*) from log_events)::float8 as events,
      (select count(*) from sites)::int as sites,
      (select count(*) from agents where agent_id <> 0)::int as agents
    from (select (select position from log_hits order by position limit 1) as first,
      (select position from log_hits order by position desc limit 1) as last) as ends`.execute(tx);
  return rows[0] ?? { hits: 0, events: 0, sites: 0, agents: 0 };
}

async function readProjections(tx: Tx, head: number): Promise<ProjectionStatus[]> {
  const { rows } = await sql<Omit<ProjectionStatus, 'behind'>>`
    select p.generation, p.state, p.rules_version, p.position::float8 as position,
      case when p.position >= ${head} then 0
        when p.caught_up_at is not null then greatest(0, extract(epoch from now() - p.caught_up_at))::float8
        end as lag_seconds,
      (select count(*)::int from projection_parked k where k.generation = p.generation) as parked,
      coalesce((select jsonb_agg(jsonb_build_object('view', s.view, 'error', s.error) order by s.view)
        from projection_suspended s left join projection_views v using (generation, view)
        where coalesce(v.facts, s.generation) = p.generation), '[]') as suspended
    from projections p order by p.generation`.execute(tx);
  return rows.map((row) => ({ ...row, behind: Math.max(0, head - row.position) }));
}

async function readErasing(tx: Tx): Promise<ErasureStatus[]> {
  return (await readErasures(tx)).map(({ id, upto, position, hits, restUntil }) => ({
    site: id,
    share: Math.min(1, Number(upto) / Number(position)),
    hits,
    rests_until: restUntil?.toISOString() ?? null,
  }));
}

async function readSizes(tx: Tx): Promise<Status['size']> {
  const { rows } = await sql<{ name: string; bytes: number; database: number }>`
    select name, sum(bytes)::float8 as bytes, pg_database_size(current_database())::float8 as database
    from (
      select case when n.nspname <> 'antics' then n.nspname
          else coalesce((select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid), c.relname)
        end as name, pg_total_relation_size(c.oid) as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and (n.nspname = 'antics' or n.nspname ~ '^projection_[0-9]+$')
    ) t group by name having sum(bytes) > 0 order by bytes desc, name`.execute(tx);
  const inLog = rows.filter((row) => row.name.startsWith('log_'));
  return {
    database_bytes: rows[0]?.database ?? 0,
    log_bytes: inLog.reduce((sum, row) => sum + row.bytes, 0),
    tables: rows.map(({ name, bytes }) => ({ name, bytes })),
  };
}

async function readRefusedHosts(tx: Tx): Promise<Status['refused_hosts']> {
  const { rows } = await sql<{ host: string; hits: number; last_seen: Date }>`
    select host, hits::float8 as hits, last_seen from refused_hosts r
    where not exists (select from sites s where s.domain = r.host)
    order by last_seen desc, host limit ${REFUSED_HOSTS_SHOWN}`.execute(tx);
  return rows.map((row) => ({ ...row, last_seen: row.last_seen.toISOString() }));
}
