import { openDatabase, type Database, type DatabaseRole } from '../../src/platform/database.ts';
import type { SessionSettings } from '../../src/platform/connection-options.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

export interface LogDatabase {
  readonly url: string;
  /** A pool of its own, closed with the database. */
  open(role: DatabaseRole, max?: number, settings?: SessionSettings): Database;
  close(): Promise<void>;
}

/** A new, migrated database, and pools in it as each role. */
export async function createLogDatabase(): Promise<LogDatabase> {
  const database: TestDatabase = await createTestDatabase();
  const pools: Database[] = [];
  let closing = false;
  return {
    url: database.url,
    open(role, max = 4, settings = {}) {
      const pool = openDatabase({
        url: database.url,
        role,
        max,
        applicationName: 'antics test',
        // Many writers on a slow machine take turns for seconds: what is late here is no failure.
        lockTimeoutMs: 50_000,
        statementTimeoutMs: 55_000,
        idleInTransactionTimeoutMs: 50_000,
        settings,
        onError: (e) => {
          // Closed connections may still hear that their database is dropped.
          if (!closing) throw e;
        },
      });
      pools.push(pool);
      return pool;
    },
    async close() {
      closing = true;
      await Promise.all(pools.map((pool) => pool.close()));
      await database.drop();
    },
  };
}
