import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { hashApiKey } from '../../domain/api-key.ts';
import { readAdminKeys } from '../../models/api-keys/api-key.read.ts';
import { rebuildApiKeys } from '../../models/api-keys/api-key.fold.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { ensureAdminKey } from './ensure-admin-key.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({
    url: testDatabase.url,
    role: 'writer',
    max: 8,
    applicationName: 'test',
    onError: () => undefined,
  });
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

const now = Date.parse('2026-03-02T09:00:00Z');
const hashes = async (): Promise<string[]> => (await readAdminKeys(database.db)).map((key) => key.hash.toString('hex'));
const hashOf = (key: string): string => hashApiKey(key).toString('hex');

it('the first start makes a key of 256 bits, keeps its hash, and the next start makes none', async () => {
  const key = (await ensureAdminKey(database.db, undefined, now)) ?? '';
  expect(key).toMatch(/^antics_[\w-]{43}$/);
  expect(await hashes()).toEqual([hashOf(key)]);
  const { data } = await database.db.selectFrom('log_events').select('data').executeTakeFirstOrThrow();
  expect(JSON.stringify(data)).not.toContain(key);
  expect(await ensureAdminKey(database.db, undefined, now)).toBeUndefined();
});

it('of several processes that start at once, one makes the key', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => ensureAdminKey(database.db, undefined, now)));
  expect(made.filter((key) => key !== undefined)).toHaveLength(1);
  expect(await hashes()).toHaveLength(1);
});

it('a key from the environment is set once, is not told, and its next value replaces it', async () => {
  const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
  expect(await ensureAdminKey(database.db, first, now)).toBeUndefined();
  await ensureAdminKey(database.db, first, now);
  expect(await hashes()).toEqual([hashOf(first)]);
  await ensureAdminKey(database.db, second, now);
  expect(await hashes()).toEqual([hashOf(second)]);
  await ensureAdminKey(database.db, first, now);
  expect(await hashes()).toEqual([hashOf(first)]);
});

it('a key from the environment leaves the one of the first start alone', async () => {
  const key = (await ensureAdminKey(database.db, undefined, now)) ?? '';
  await ensureAdminKey(database.db, 'a'.repeat(32), now);
  expect((await hashes()).sort()).toEqual([hashOf(key), hashOf('a'.repeat(32))].sort());
});

it('the table of keys is what the log says, but for when they were used', async () => {
  await ensureAdminKey(database.db, undefined, now);
  await ensureAdminKey(database.db, 'a'.repeat(32), now);
  await ensureAdminKey(database.db, 'b'.repeat(32), now);
  await database.db.updateTable('api_keys').set({ last_used_at: new Date(now) }).execute();
  const table = () => database.db.selectFrom('api_keys').selectAll().orderBy('id').execute();
  const before = await table();
  await database.db.transaction().execute(rebuildApiKeys);
  expect(before).toHaveLength(2);
  expect(await table()).toEqual(before);
});
