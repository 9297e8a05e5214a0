import { readHead } from '../../log/head.ts';
import { ensureHitPartitions, HITS_PER_PARTITION } from '../../log/partitions.ts';
import type { Db } from '../../platform/database.ts';

const PARTITIONS_AHEAD = 2;

export interface PartitionWatch {
  /** Before so many hits are appended. */
  makeRoom(hits: number): Promise<void>;
  /** After an append: the last position given. */
  moveTo(head: bigint | null): void;
}

/**
 * Keeps a whole partition between the head and the end of what is attached, as a run may append faster than the job
 * that looks after partitions comes round. Asks the database at the start, and when there would be less.
 */
export async function watchPartitions(db: Db): Promise<PartitionWatch> {
  let head = 0;
  let end = 0;
  const attach = async (): Promise<void> => {
    head = Number(await readHead(db));
    await ensureHitPartitions(db, PARTITIONS_AHEAD);
    end = (Math.floor(head / HITS_PER_PARTITION) + 1 + PARTITIONS_AHEAD) * HITS_PER_PARTITION;
  };
  await attach();
  return {
    async makeRoom(hits) {
      if (head + hits + HITS_PER_PARTITION > end) await attach();
    },
    moveTo(position) {
      if (position !== null) head = Number(position);
    },
  };
}
