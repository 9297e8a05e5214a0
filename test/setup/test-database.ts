import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { urlOf } from './database-url.ts';

export interface TestDatabase {
  url: string;
  /** Ends what is still connected, and removes it. */
  drop(): Promise<void>;
}

/**
 * A database of its own for a spec file, migrated (a clone of the run's template): about 50 ms.
 * ```ts
 * let database: TestDatabase;
 * beforeAll(async () => { database = await createTestDatabase(); });
 * afterAll(() => database.drop());
 * ```
 */
export function createTestDatabase(): Promise<TestDatabase> {
  const failure = process.env['TEST_TEMPLATE_FAILURE'];
  if (failure) return Promise.reject(new Error(failure));
  return createFrom(environment('TEST_TEMPLATE_DATABASE'));
}

/** One without schema or tables, to try the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createFrom('template0');
}

async function createFrom(template: string): Promise<TestDatabase> {
  const name = `antics_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name} template ${template}`);
  return {
    url: urlOf(environment('TEST_DATABASE_URL'), name),
    drop: () => asAdmin(`drop database if exists ${name} with (force)`),
  };
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: environment('TEST_DATABASE_URL') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: test/setup/global-setup.ts did not run`);
  return value;
}
