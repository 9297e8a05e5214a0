import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

import { isAlive } from './postmaster-file.ts';
import type { Postmaster } from './postmaster.ts';
import { socketUrl } from './socket.ts';

const PATIENCE_MS = 8_000;
const TOO_MANY_CONNECTIONS = '53300';

/**
 * Stops the server unless other clients are connected: a second process that adopted it goes on, and stops it when it
 * ends itself. Close your own connections first.
 */
export async function stopIfUnused(server: Postmaster, log: (line: string) => void): Promise<void> {
  if (!isAlive(server.pid)) return;
  const others = await countClients(server);
  if (others > 0) {
    log(`leaving PostgreSQL, process ${server.pid}, to its ${others} other connections`);
    return;
  }
  try {
    process.kill(server.pid, 'SIGINT'); // "fast": ends sessions, writes a checkpoint, ends
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw e;
  }
  const giveUp = Date.now() + PATIENCE_MS;
  while (isAlive(server.pid) && Date.now() < giveUp) await sleep(20);
  // Nothing is lost: it goes on by itself, and the next start waits for it.
  if (isAlive(server.pid)) log(`PostgreSQL, process ${server.pid}, is still writing its last checkpoint`);
}

async function countClients(server: Postmaster): Promise<number> {
  const client = new pg.Client({
    connectionString: socketUrl(server.socketDirectory, server.port),
    application_name: 'antics stop',
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  });
  client.on('error', () => undefined); // the query rejects besides
  try {
    await client.connect();
    const { rows } = await client.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows[0]?.others ?? 0;
  } catch (e) {
    // Full means in use. One that cannot be asked (still recovering, or hung) serves nobody.
    return (e as { code?: unknown }).code === TOO_MANY_CONNECTIONS ? 1 : 0;
  } finally {
    await client.end();
  }
}
