import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { DayPiece } from '../build/build.ts';
import './rebuild.tables.ts';
import type { Phase } from './rebuild.tables.ts';

export interface NewChunk extends Partial<DayPiece> {
  phase: Phase;
  from?: bigint;
  to?: bigint;
  copied?: boolean;
  hits: number;
}

/** A chunk that this transaction alone has in hand, until it ends. */
export interface Chunk {
  readonly chunk: number;
  readonly from: bigint;
  readonly to: bigint;
  readonly copied: boolean;
  readonly piece: DayPiece;
}

/** Enters chunks, each phase numbered from 0. */
export async function enterChunks(tx: Tx, rebuildId: number, chunks: readonly NewChunk[]): Promise<void> {
  const json = JSON.stringify(chunks.map((c) => ({ ...c, from: c.from?.toString(), to: c.to?.toString() })));
  await sql`insert into projection_chunks (rebuild_id, phase, chunk, from_position, to_position, site_id, month, from_day,
      to_day, copied, hits)
    select ${rebuildId}, c.phase, row_number() over (partition by c.phase order by n) - 1, c."from", c."to", c."siteId",
      c.month, c."fromDay", c."toDay", coalesce(c.copied, false), c.hits
    from rows from (jsonb_to_recordset(${json}::jsonb) as (phase text, "from" bigint, "to" bigint, "siteId" int,
      month date, "fromDay" date, "toDay" date, copied boolean, hits bigint)) with ordinality
      c(phase, "from", "to", "siteId", month, "fromDay", "toDay", copied, hits, n)`.execute(tx);
}

/** The log from position `first` to `last`, in chunks of so many positions. */
export function logChunks(first: bigint, last: bigint, positions: number): NewChunk[] {
  const chunks: NewChunk[] = [];
  for (let from = first - 1n; from < last; ) {
    const to = last - from > BigInt(positions) ? from + BigInt(positions) : last;
    chunks.push({ phase: 'log', from, to, hits: Number(to - from) });
    from = to;
  }
  return chunks;
}

/**
 * Takes the next chunk that nobody has in hand; undefined where there is none now. Of a site's month the pieces come in
 * order.
 * @param only this one
 */
export async function takeChunk(tx: Tx, rebuildId: number, phase: Phase, only?: number): Promise<Chunk | undefined> {
  const these = only === undefined ? sql`` : sql`and c.chunk = ${only}`;
  const { rows } = await sql<{
    chunk: number;
    from_position: string | null;
    to_position: string | null;
    site_id: number | null;
    month: string | null;
    from_day: string | null;
    to_day: string | null;
    copied: boolean;
    hits: string;
  }>`select c.* from projection_chunks c
    where c.rebuild_id = ${rebuildId} and c.phase = ${phase} and c.done_at is null ${these}
      and not exists (select from projection_chunks b where b.rebuild_id = c.rebuild_id and b.phase = c.phase
        and b.chunk < c.chunk and b.site_id = c.site_id and b.month = c.month and b.done_at is null)
    order by c.chunk limit 1 for update of c skip locked`.execute(tx);
  const row = rows[0];
  if (row === undefined) return undefined;
  const { site_id, month, from_day, to_day } = row;
  return {
    chunk: row.chunk,
    from: BigInt(row.from_position ?? 0),
    to: BigInt(row.to_position ?? 0),
    copied: row.copied,
    piece: { siteId: site_id ?? 0, month: month ?? '', fromDay: from_day ?? '', toDay: to_day ?? '', hits: Number(row.hits) },
  };
}

/** In the transaction that does it. */
export async function markDone(tx: Tx, rebuildId: number, phase: Phase, chunk: number): Promise<void> {
  await sql`update projection_chunks set done_at = clock_timestamp()
    where rebuild_id = ${rebuildId} and phase = ${phase} and chunk = ${chunk}`.execute(tx);
}
