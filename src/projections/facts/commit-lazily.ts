import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/**
 * What is made from the log need not wait for the disk. A commit that a crash of the server takes back, it takes back
 * with its checkpoint, or with the mark that its chunk is done, which are in the same transaction: it is made again.
 * What commits durably later, such as a switch or a partition that is dropped, takes all that was written before along;
 * and what a fold has read of the log was durable before it could be read.
 */
export async function commitLazily(tx: Tx): Promise<void> {
  await sql`set local synchronous_commit = off`.execute(tx);
}
