import { join } from 'node:path';
import { sql } from 'kysely';
import { EMBEDDED_FOLDER } from './cli/open-store.ts';
import { openEpoch } from './log/epoch.ts';
import { readHead } from './log/head.ts';
import { ensureHitPartitions } from './log/partitions.ts';
import type { Config } from './platform/config.ts';
import { makeDataDir } from './platform/data-dir.ts';
import type { Db, Tx } from './platform/database.ts';
import { startEmbedded } from './platform/embedded/embedded.ts';
import { messageOf, OperatorError } from './platform/errors.ts';
import { migrate } from './platform/migrate.ts';

/** What everything stands on: a PostgreSQL that answers, migrated. */
export interface Ground {
  readonly url: string;
  /** To be shown: no password. */
  readonly place: string;
  /** An embedded server stops, unless others use it. Close your connections first. */
  stop(): Promise<void>;
}

/** @throws OperatorError that says what to do */
export async function openGround(config: Config, log: (line: string) => void): Promise<Ground> {
  const server = config.databaseUrl === undefined ? await startOwn(config, log) : undefined;
  const url = server?.url ?? config.databaseUrl ?? '';
  const place = server === undefined ? withoutSecrets(url) : `the embedded PostgreSQL in ${config.dataDir}`;
  try {
    await migrate(url, log);
  } catch (e) {
    await server?.stop();
    if (e instanceof OperatorError) throw e;
    throw new OperatorError(`The database (${place}) does not answer: ${messageOf(e)}`, { cause: e });
  }
  return { url, place, stop: async () => server?.stop() };
}

async function startOwn(config: Config, log: (line: string) => void) {
  await makeDataDir(config.dataDir);
  return startEmbedded({ directory: join(config.dataDir, EMBEDDED_FOLDER), account: config.pgUser, log });
}

/** Host and database; the query may carry a password too. */
function withoutSecrets(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'DATABASE_URL' : `${parsed.host}${parsed.pathname}`;
}

/** Of the advisory lock under which processes that start at once look at the epochs one after the other. */
const EPOCH_LOCK = sql.lit('4703919738795935665');

/** Makes the log ready for appends. @param owner role `owner` @throws OperatorError when a part of it is missing */
export async function prepareLog(owner: Db): Promise<void> {
  await owner.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${EPOCH_LOCK}::bigint)`.execute(tx);
    await refusePartialRestore(tx);
    await openEpoch(tx);
  });
  await ensureHitPartitions(owner);
}

/**
 * Before anything is appended: the log would soon be longer than what was folded, nobody would notice any more, and its
 * positions would have had two meanings.
 */
async function refusePartialRestore(tx: Tx): Promise<void> {
  const head = await readHead(tx);
  const ahead = await tx
    .selectFrom('projections')
    .select(['generation', 'position', 'state'])
    .where('state', '<>', 'building')
    .where('position', '>', head.toString())
    .orderBy('state', 'desc') // serving comes first
    .executeTakeFirst();
  if (ahead === undefined) return;
  const stands = `projection generation ${ahead.generation} stands at position ${ahead.position}, but the log ends at ${head}`;
  throw new OperatorError(
    ahead.state === 'serving'
      ? `${stands}: only a part was restored. Restore the whole database; where the rest of the log is lost for good, ` +
          'docs/operating.md says under "Restore" how to fold anew'
      : `${stands}: it is ${ahead.state === 'previous' ? 'what served before' : 'not served'}; ` +
          'discard it with `antics projections discard all`',
  );
}
