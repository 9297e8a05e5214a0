import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { namesOf, type Names } from '../facts/names.ts';
import './projections.tables.ts';

/** The generation that queries read now, and how current it is. */
export interface Serving {
  generation: number;
  names: Names;
  /** The last position of the log that is in the figures. */
  position: number;
  /** Seconds since the worker last stood at the head of the log; null before it ever did. */
  lagSeconds: number | null;
  /** Views that failed and answer nothing until a rebuild. */
  suspended: string[];
}

/** null while there is no serving generation. */
export async function readServing(tx: Tx): Promise<Serving | null> {
  const { rows } = await sql<{
    generation: number;
    position: string;
    lag: number | null;
    suspended: string[];
  }>`select p.generation, p.position,
      extract(epoch from clock_timestamp() - p.caught_up_at)::float8 as lag,
      array(select s.view from projection_suspended s where s.generation = p.generation) as suspended
    from projections p where p.state = 'serving'`.execute(tx);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    generation: row.generation,
    names: namesOf(row.generation),
    position: Number(row.position),
    lagSeconds: row.lag === null ? null : Math.max(0, row.lag),
    suspended: row.suspended,
  };
}

/** Hits that could not be folded into the serving generation. */
export async function countParked(tx: Tx): Promise<number> {
  const { rows } = await sql<{ parked: number }>`
    select count(*)::int as parked from projection_parked join projections using (generation)
    where state = 'serving'`.execute(tx);
  return rows[0]?.parked ?? 0;
}
