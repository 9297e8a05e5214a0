import { sql } from 'kysely';
import { readHead } from '../../log/head.ts';
import type { Tx } from '../../platform/database.ts';
import type { GenerationState } from '../engine/projections.tables.ts';
import { readRebuilds, type RebuildProgress } from '../rebuild/rebuilds.read.ts';

/** One generation of facts (`all`) or of a view. Plain JSON. */
export interface ListedGeneration {
  /** `all`, or the view's. */
  readonly name: string;
  /** Of the view's tables and fold; of facts: of their rules. */
  readonly version: number;
  /** Number of the schema that it stands in. */
  readonly generation: number;
  /** The generation of facts that it follows, or is. */
  readonly facts: number;
  readonly state: GenerationState;
  /** Of those facts. */
  readonly rules_version: number;
  /** The last position of the log that is in it; 0 while it is built. */
  readonly position: number;
  /** Positions between it and the head of the log. */
  readonly behind: number;
  /** Since it last stood at the head; 0 while it does, null if it never did. */
  readonly lag_seconds: number | null;
  /** Hits that could not be folded into its facts. */
  readonly parked: number;
  /** Its fold failed: it answers nothing until a rebuild. */
  readonly suspended: boolean;
  /** Why. */
  readonly error: string | null;
  readonly created_at: string;
  /** When it began to serve, or ended. */
  readonly switched_at: string | null;
}

/** A rebuild, as its progress is told everywhere. Plain JSON. */
export interface ListedRebuild {
  readonly id: number;
  /** `all`, or a view's. */
  readonly name: string;
  /** Public id of the only site that it is of; null: of all. */
  readonly site: string | null;
  /** `running`; `different`: it waits for who decides; `switched`, `failed` or `discarded`: it is over. */
  readonly state: string;
  /** What it is at. */
  readonly phase: string;
  readonly hits_done: number;
  readonly hits_total: number;
  readonly percent: number;
  /** Null while nobody can say. */
  readonly hits_per_second: number | null;
  readonly eta_seconds: number | null;
  readonly error: string | null;
}

export interface ListedProjection extends ListedGeneration {
  /** The one that makes it, or made it and has not switched to it. */
  readonly rebuild: ListedRebuild | null;
}

interface Row extends Omit<ListedGeneration, 'behind' | 'created_at' | 'switched_at'> {
  created_at: Date;
  switched_at: Date | null;
}

/** Every generation that there is, whatever its state: the serving ones first, facts before the views upon them. */
export async function readGenerations(tx: Tx): Promise<ListedGeneration[]> {
  const head = Number(await readHead(tx));
  const { rows } = await sql<Row>`
    select x.name, x.version, x.generation, x.facts, x.state, p.rules_version, s.position,
      case when s.position >= ${head} then 0
        when x.state <> 'building' and p.caught_up_at is not null
          then greatest(0, extract(epoch from now() - p.caught_up_at))::float8 end as lag_seconds,
      (select count(*)::int from projection_parked k where k.generation = x.facts) as parked,
      f.view is not null as suspended, f.error, x.created_at, x.switched_at
    from (
        select 'all' as name, rules_version as version, generation, generation as facts, state, created_at, switched_at
        from projections
        union all
        select view, version, generation, facts, state, created_at, switched_at from projection_views
      ) x
      join projections p on p.generation = x.facts
      cross join lateral (select case when x.state = 'building' then 0 else p.position::float8 end as position) s
      left join projection_suspended f on f.generation = x.generation and f.view = x.name
    order by array_position(array['serving', 'ready', 'building', 'previous'], x.state), x.facts,
      x.name <> 'all', x.generation, x.name`.execute(tx);
  return rows.map(({ name, version, generation, facts, state, rules_version, position, ...row }) => ({
    ...{ name, version, generation, facts, state, rules_version, position },
    behind: Math.max(0, head - position),
    ...row,
    created_at: row.created_at.toISOString(),
    switched_at: row.switched_at?.toISOString() ?? null,
  }));
}

/** The same, each with the rebuild that makes it; one that has made nothing yet is shown with what serves. */
export async function readProjections(tx: Tx): Promise<ListedProjection[]> {
  const generations = await readGenerations(tx);
  const rebuilds = (await readRebuilds(tx)).filter(({ state }) => state === 'running' || state === 'different');
  return generations.map((one) => {
    const own = rebuilds.find(({ generation, name }) =>
      generation === null ? one.state === 'serving' && name === one.name : generation === one.generation && one.state !== 'serving',
    );
    return { ...one, rebuild: own === undefined ? null : listedRebuild(own) };
  });
}

/** The progress of a rebuild, under the names that programs read. */
export function listedRebuild(progress: RebuildProgress): ListedRebuild {
  const { rebuild_id: id, name, site_id: site, state, phase, done, total, ratio, rate, eta_seconds, error } = progress;
  return {
    ...{ id, name, site, state, phase, hits_done: done, hits_total: total, percent: Math.round(ratio * 1_000) / 10 },
    ...{ hits_per_second: rate > 0 ? rate : null, eta_seconds, error },
  };
}

/** Generations of facts in each state. */
export async function countGenerations(tx: Tx): Promise<Record<GenerationState, number>> {
  const { rows } = await sql<{ state: GenerationState; count: number }>`
    select state, count(*)::int as count from projections group by state`.execute(tx);
  const counts = { building: 0, ready: 0, serving: 0, previous: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}
