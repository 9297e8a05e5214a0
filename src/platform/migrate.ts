import pg from 'pg';

import { BASE_SETTINGS, connectionOptions } from './connection-options.ts';
import { messageOf, OperatorError } from './errors.ts';
import { readMigrations, type Migration } from './migration-files.ts';
import { requireSupportedPostgres } from './postgres-version.ts';

/** Of the advisory lock under which a database is migrated: "antics" in ASCII. */
const LOCK = '107152689095539';

/**
 * Brings the database up to this version's migrations, each in a transaction of its own. Processes that start at once
 * wait for one another. Resolves to the names of those applied now.
 * @param folder default: `migrations/` of the package
 * @throws OperatorError when the server is too old, a migration was edited, fails, or a newer Antics was here
 */
export async function migrate(url: string, log: (line: string) => void, folder?: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({
    ...connectionOptions(url, 'antics migrate', { ...BASE_SETTINGS, statement_timeout: '0' }),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // the statement that runs rejects besides
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
    requireSupportedPostgres(rows[0]?.server_version_num ?? '0');
    await client.query('select pg_advisory_lock($1)', [LOCK]); // held until the connection ends
    await makeSchema(client);
    const pending = await findPending(client, migrations);
    for (const migration of pending) {
      await apply(client, migration);
      log(`migrated: ${migration.name}`);
    }
    return pending.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function makeSchema(client: pg.Client): Promise<void> {
  const { rows } = await client.query("select from pg_namespace where nspname = 'antics'");
  // Not "create … if not exists" alone: that asks for the right to create even where there is nothing to do.
  if (rows.length === 0) {
    await client.query('create schema antics').catch((e: unknown) => {
      throw new OperatorError(
        `The schema "antics" cannot be made: ${messageOf(e)}. ` +
          'Grant the database user CREATE on the database, or make the schema and give it to that user.',
        { cause: e },
      );
    });
  }
  await client.query(`create table if not exists antics.schema_migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
  )`);
}

/** Compares what the database has seen with the files, and gives the files that it has not. */
async function findPending(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows: applied } = await client.query<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from antics.schema_migrations order by number',
  );
  for (const [index, row] of applied.entries()) {
    const file = migrations[index];
    if (!file) {
      throw new OperatorError(
        `This database was migrated by a newer Antics (${row.name} is not known here): run that version.`,
      );
    }
    if (row.number !== file.number || row.name !== file.name || row.checksum !== file.checksum) {
      throw new OperatorError(
        `Migration ${file.name} is not what this database was migrated with (${row.name}): ` +
          'an applied migration is never edited; restore the file and write a new one.',
      );
    }
  }
  return migrations.slice(applied.length);
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    const before = await transactionId(client);
    await client.query(migration.sql);
    if ((await transactionId(client)) !== before) throw new Error('it commits by itself: remove its BEGIN and COMMIT');
    await client.query('insert into antics.schema_migrations (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (e) {
    await client.query('rollback').catch(() => undefined); // the connection may be what failed, and it is closed next
    throw new OperatorError(`Migration ${migration.name} failed: ${messageOf(e)}${lineOf(e, migration.sql)}`, {
      cause: e,
    });
  }
}

async function transactionId(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::text as id');
  return rows[0]?.id;
}

/** PostgreSQL gives the place as a count of characters. */
function lineOf(e: unknown, sql: string): string {
  const position = Number((e as { position?: unknown }).position);
  return position > 0 ? ` (line ${sql.slice(0, position).split('\n').length})` : '';
}
