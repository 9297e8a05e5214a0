import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/** A hit that could not be folded. Plain JSON. */
export interface ParkedHit {
  readonly position: number;
  /** When it was parked first. */
  readonly parked_at: string;
  /** The latest one. */
  readonly error: string;
  /** Public id of its site; null: the site is gone. */
  readonly site_id: string | null;
  readonly domain: string | null;
  readonly pathname: string | null;
  /** Of an event; null: a page view. */
  readonly name: string | null;
  readonly occurred_at: string | null;
  /** Of facts: those that are without it. */
  readonly generations: readonly number[];
}

interface Row extends Omit<ParkedHit, 'parked_at' | 'occurred_at'> {
  parked_at: Date;
  occurred_at: Date | null;
}

/** Parked hits in the order of the log. @param position only the one there */
export async function readParked(tx: Tx, position?: string): Promise<ParkedHit[]> {
  const only = position === undefined ? sql`` : sql`where k.position = ${position}::bigint`;
  const { rows } = await sql<Row>`
    select p.position::float8 as position, p.parked_at, p.error, s.id as site_id, s.domain, h.pathname, h.name,
      h.occurred_at, p.generations
    from (
        select k.position, min(k.parked_at) as parked_at, (array_agg(k.error order by k.generation desc))[1] as error,
          array_agg(k.generation order by k.generation) as generations
        from projection_parked k ${only} group by k.position
      ) p
      left join log_hits h on h.position = p.position
      left join sites s on s.site_id = h.site_id
    order by p.position`.execute(tx);
  return rows.map((row) => ({
    ...row,
    parked_at: row.parked_at.toISOString(),
    occurred_at: row.occurred_at?.toISOString() ?? null,
  }));
}
