import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import './segments.tables.ts';

/** Positions a segment has at most: some 30 ms to hash, and close enough to the row that was changed. */
export const SEGMENT_SIZE = 10_000;
/** A row waits so long for others. With the pause of the sealer it is sealed well within the minute that is promised. */
export const SEAL_AGE_MS = 30_000;

export interface SealOptions {
  /** Default `SEGMENT_SIZE`. */
  readonly size?: number;
  /** Default `SEAL_AGE_MS`. */
  readonly ageMs?: number;
}

/** `idle`: nothing is due. `busy`: another process seals, or erases, at this moment. */
export type Sealing = 'sealed' | 'idle' | 'busy';

/** Seals one segment where one is due. Whole or not at all, in a transaction of its own. @param owner role `owner` */
export async function sealSegment(owner: Tx, { size = SEGMENT_SIZE, ageMs = SEAL_AGE_MS }: SealOptions = {}): Promise<Sealing> {
  const { rows } = await sql<{ done: Sealing }>`
    select seal_segment(${size}, ${ageMs} * interval '1 millisecond') as done`.execute(owner);
  return rows[0]?.done ?? 'busy';
}

export interface SealedHead {
  readonly segment: number;
  /** The last one that is sealed. */
  readonly position: number;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  readonly closedAt: Date;
}

/** The last segment; undefined where nothing is sealed yet. */
export async function readSealedHead(tx: Tx): Promise<SealedHead | undefined> {
  const row = await tx
    .selectFrom('log_segments')
    .select(['segment', 'last_position', 'hash', 'closed_at'])
    .orderBy('segment', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (
    row && {
      segment: Number(row.segment),
      position: Number(row.last_position),
      hash: row.hash.toString('hex'),
      closedAt: row.closed_at,
    }
  );
}

export interface Unsealed {
  readonly positions: number;
  /** Of the oldest of them; 0 where all are sealed. */
  readonly seconds: number;
}

/** What is in the log after the last segment. */
export async function readUnsealed(tx: Tx): Promise<Unsealed> {
  const { rows } = await sql<Unsealed>`
    with sealed as (select coalesce((select last_position from log_segments order by segment desc limit 1), 0) as position)
    select greatest(0, log_head() - s.position)::float8 as positions,
      greatest(0, extract(epoch from clock_timestamp() - x.oldest))::float8 as seconds
    from sealed s, lateral (select least(
      (select recorded_at from log_hits where position > s.position order by position limit 1),
      (select recorded_at from log_events where position > s.position order by position limit 1)) as oldest) x`.execute(tx);
  return { positions: rows[0]?.positions ?? 0, seconds: rows[0]?.seconds ?? 0 };
}
