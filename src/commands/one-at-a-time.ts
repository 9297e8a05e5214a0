import { sql } from 'kysely';
import type { Database } from '../platform/database.ts';
import { TooMany } from '../platform/errors.ts';

const LOCK = sql.lit('4703919738795935669');
const COME_AGAIN_SECONDS = 10;

/**
 * Runs what keeps the database busy for seconds or minutes, one at a time whatever the number of processes: the lock is
 * its connection's, and goes with it. @throws TooMany while another one runs
 */
export async function oneAtATime<R>({ db }: Database, run: () => Promise<R>): Promise<R> {
  return await db.connection().execute(async (holding) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${LOCK}::bigint) as mine`.execute(holding);
    if (rows[0]?.mine !== true) {
      throw new TooMany('Projections are being verified or compared for somebody else: one at a time.', COME_AGAIN_SECONDS);
    }
    try {
      return await run();
    } finally {
      await sql`select pg_advisory_unlock(${LOCK}::bigint)`.execute(holding);
    }
  });
}
