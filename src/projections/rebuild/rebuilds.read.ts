import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import './rebuild.tables.ts';
import type { Phase, RebuildState } from './rebuild.tables.ts';

/** How far a rebuild is. Plain JSON; the same whoever asks, as it is read from what is done. */
export interface RebuildProgress {
  readonly rebuild_id: number;
  /** `all`, or a view's. */
  readonly name: string;
  /** Public id of the one site that is built; null: all are, or it is gone. */
  readonly site_id: string | null;
  readonly state: RebuildState;
  readonly phase: Phase;
  /** Null: it is not made yet. */
  readonly generation: number | null;
  /** Hits that are dealt with, of `total`. They pass through more than one phase, each of which counts for a part. */
  readonly done: number;
  readonly total: number;
  /** From 0 to 1. */
  readonly ratio: number;
  /** Hits a second, over the last seconds. */
  readonly rate: number;
  /** Until it is built; null: not known. It then catches up and is verified. */
  readonly eta_seconds: number | null;
  /** The position of the log that it stands at; 0 while it is built. */
  readonly position: number;
  /** The position up to which it is built in bulk. */
  readonly target: number | null;
  readonly head: number;
  readonly actor: string;
  readonly requested_at: string;
  readonly started_at: string | null;
  readonly built_at: string | null;
  readonly ended_at: string | null;
  /** From its start to its end, or to now. */
  readonly seconds: number;
  /** Rows that differ from what serves; null: it was not compared. */
  readonly differences: number | null;
  readonly error: string | null;
}

interface Row {
  rebuild_id: number;
  name: string;
  site: string | null;
  state: RebuildState;
  phase: Phase;
  generation: number | null;
  total: string;
  position: string | null;
  target: string | null;
  head: string;
  actor: string;
  requested_at: Date;
  started_at: Date | null;
  built_at: Date | null;
  ended_at: Date | null;
  seconds: number;
  differences: string | null;
  error: string | null;
  whole: boolean;
  chunks: Partial<Record<Phase, { hits: number; chunks: number; done: number; done_chunks: number; recent: number }>> | null;
}

/** The rate is that of so many seconds. */
const WINDOW = 10;

/** What of the time each phase takes, of a rebuild of all; of a view's, the days alone count. */
const SHARES: Partial<Record<Phase, number>> = { copy: 20, log: 20, index: 7, days: 71, last: 2 };

export interface ReadRebuilds {
  /** This one alone. */
  rebuildId?: number;
}

/** Those that have not ended, and the last of each name; the latest first. */
export async function readRebuilds(tx: Tx, { rebuildId }: ReadRebuilds = {}): Promise<RebuildProgress[]> {
  const which =
    rebuildId === undefined
      ? sql`r.state = 'running' or r.rebuild_id in (select max(rebuild_id) from projection_rebuilds group by name)`
      : sql`r.rebuild_id = ${rebuildId}`;
  const { rows } = await sql<Row>`
    select r.rebuild_id, r.name, s.id as site, r.state, r.phase, r.generation, r.total, r.target, r.actor, r.requested_at,
      r.started_at, r.built_at, r.ended_at, r.differences, r.error, r.name = 'all' as whole, log_head() as head,
      case when p.state <> 'building' and coalesce(v.state, '') <> 'building' then p.position end as position,
      greatest(0, extract(epoch from coalesce(r.ended_at, clock_timestamp()) - coalesce(r.started_at, r.requested_at)))::float8
        as seconds,
      (select jsonb_object_agg(phase, to_jsonb(c) - 'phase') from (
        select phase, sum(hits)::float8 as hits, count(*) as chunks, coalesce(sum(hits) filter (where done_at is not null), 0)::float8 as done,
          count(done_at) as done_chunks,
          coalesce(sum(hits) filter (where done_at > clock_timestamp() - ${WINDOW} * interval '1 second'), 0)::float8 as recent
        from projection_chunks where rebuild_id = r.rebuild_id group by phase) c) as chunks
    from projection_rebuilds r
      left join sites s on s.site_id = r.site_id
      left join projections p on p.generation = r.facts
      left join projection_views v on v.generation = r.generation and v.view = r.name
    where ${which} order by r.rebuild_id desc`.execute(tx);
  return rows.map(progressOf);
}

function progressOf(row: Row): RebuildProgress {
  const isBuilt = row.built_at !== null;
  const total = Number(row.total);
  const { ratio, recent } = isBuilt ? { ratio: 1, recent: 0 } : workOf(row);
  const rate = row.state === 'running' && row.seconds > 0 ? (total * recent) / Math.min(WINDOW, row.seconds) : 0;
  const left = total * (1 - ratio);
  const eta = isBuilt ? 0 : rate > 0 ? left / rate : null;
  return {
    rebuild_id: row.rebuild_id,
    name: row.name,
    site_id: row.site,
    state: row.state,
    phase: row.phase,
    generation: row.generation,
    done: Math.round(total * ratio),
    total,
    ratio: Math.round(ratio * 10_000) / 10_000,
    rate: Math.round(rate),
    eta_seconds: eta === null || row.state !== 'running' ? null : Math.round(eta),
    position: Number(row.position ?? 0),
    target: row.target === null ? null : Number(row.target),
    head: Number(row.head),
    actor: row.actor,
    requested_at: row.requested_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    built_at: row.built_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    seconds: Math.round(row.seconds * 10) / 10,
    differences: row.differences === null ? null : Number(row.differences),
    error: row.error,
  };
}

/** How much of the work is done, and was in the last seconds. A phase without hits is as far as its chunks are. */
function workOf({ chunks, whole }: Row): { ratio: number; recent: number } {
  if (chunks === null) return { ratio: 0, recent: 0 };
  let [all, done, recent] = [0, 0, 0];
  for (const [phase, share] of Object.entries(SHARES) as [Phase, number][]) {
    const part = chunks[phase];
    // Days are planned late, and are work all the same.
    if (part === undefined && !(whole && phase === 'days')) continue;
    all += share;
    if (part === undefined) continue;
    done += share * (part.hits > 0 ? part.done / part.hits : part.done_chunks / part.chunks);
    recent += part.hits > 0 ? share * (part.recent / part.hits) : 0;
  }
  return all === 0 ? { ratio: 0, recent: 0 } : { ratio: done / all, recent: recent / all };
}

/** What differs from what serves, of a rebuild that was compared: a `Comparison`. Null: it was not, or is forgotten. */
export async function readComparison(tx: Tx, rebuildId: number): Promise<unknown> {
  const row = await tx
    .selectFrom('projection_rebuilds')
    .select('comparison')
    .where('rebuild_id', '=', rebuildId)
    .executeTakeFirst();
  return row?.comparison ?? null;
}
