import { sql } from 'kysely';

import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { openDatabase, type Database, type DatabaseOptions } from './database.ts';

describe('a database', () => {
  let test: TestDatabase;
  const opened: Database[] = [];
  const errors: string[] = [];

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    errors.length = 0;
  });
  afterAll(() => test.drop());

  const open = (o: Partial<DatabaseOptions> = {}): Database => {
    const onError = (e: Error): void => void errors.push(e.message);
    const database = openDatabase({ url: test.url, max: 2, applicationName: 'spec', onError, ...o });
    opened.push(database);
    return database;
  };
  const one = async (database: Database, expression: string): Promise<unknown> =>
    (await sql<{ x: unknown }>`select ${sql.raw(expression)} as x`.execute(database.db)).rows[0]?.x;
  const terminate = (pid: unknown): Promise<unknown> => one(open(), `pg_terminate_backend(${Number(pid)}, 5000)`);

  it('starts every connection with the same settings', async () => {
    const database = open({ statementTimeoutMs: 1234, settings: { plan_cache_mode: 'force_custom_plan' } });
    const names = ['search_path', 'TimeZone', 'jit', 'statement_timeout', 'lock_timeout', 'plan_cache_mode'];
    names.push('idle_in_transaction_session_timeout', 'application_name');
    const settings = await Promise.all(names.map((name) => one(database, `current_setting('${name}')`)));
    expect(settings).toEqual(['antics', 'UTC', 'off', '1234ms', '5s', 'force_custom_plan', '2s', 'spec']);
  });

  it('keeps the options of the URL, and lets ours win', async () => {
    const options = encodeURIComponent('-c work_mem=5MB -c search_path=elsewhere');
    const database = open({ url: `${test.url}&options=${options}` });
    expect(await one(database, "current_setting('work_mem')")).toBe('5MB');
    expect(await one(database, "current_setting('search_path')")).toBe('antics');
  });

  it.each(['owner', 'writer', 'reader'] as const)('connects as %s', async (role) => {
    const expected = role === 'owner' ? await one(open(), 'session_user') : `antics_${role}`;
    expect(await one(open({ role }), 'current_user')).toBe(expected);
  });

  it('gives dates as text, big integers and numerics as text, times as Date', async () => {
    const database = open();
    expect(await one(database, "date '2026-11-23'")).toBe('2026-11-23');
    expect(await one(database, "array[date '2026-11-23', null]")).toEqual(['2026-11-23', null]);
    expect(await one(database, "'{}'::date[]")).toEqual([]);
    expect(await one(database, '9007199254740993::int8')).toBe('9007199254740993');
    expect(await one(database, '1.10::numeric')).toBe('1.10');
    expect(await one(database, "timestamptz '2026-11-23 12:00+01'")).toEqual(new Date('2026-11-23T11:00:00Z'));
  });

  it('ends a transaction that does nothing', async () => {
    const database = open({ idleInTransactionTimeoutMs: 50 });
    const idle = database.db.transaction().execute(async (tx) => {
      await sql`select 1`.execute(tx);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await sql`select 1`.execute(tx);
    });
    await expect(idle).rejects.toThrow();
    expect(await one(database, '1')).toBe(1);
  });

  it('outlives a connection that is killed at rest, and tells of it once', async () => {
    const database = open({ max: 1 });
    await terminate(await one(database, 'pg_backend_pid()'));
    for (let i = 0; i < 100 && errors.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(errors).toEqual([expect.stringContaining('terminating connection')]);
    expect(await one(database, '1')).toBe(1);
  });

  it('outlives a connection that is killed at work', async () => {
    const database = open({ max: 1 });
    const pid = await one(database, 'pg_backend_pid()');
    const asleep = expect(one(database, 'pg_sleep(10)')).rejects.toThrow(/terminating connection/);
    await terminate(pid);
    await asleep;
    expect(await one(database, '1')).toBe(1);
  });

  it('closes a connection of which nobody knows the state', async () => {
    const database = open({ max: 1 });
    const used = database.withConnection(async (connection) => {
      await connection.query('begin');
      await connection.query('create table left_open ()');
      throw new Error('on the way');
    });
    await expect(used).rejects.toThrow('on the way');
    expect(await one(database, "to_regclass('left_open')")).toBeNull();
    expect(database.counts()).toEqual({ total: 1, idle: 1, waiting: 0 });
  });

  it('can be closed twice, and refuses work after that', async () => {
    const database = open();
    await one(database, '1');
    await Promise.all([database.close(), database.close()]);
    await database.close();
    await expect(one(database, '1')).rejects.toThrow();
    await expect(database.withConnection(() => Promise.resolve())).rejects.toThrow('closed');
  });

  it('can be closed without having been used', async () => {
    await open().close();
    const connection = open();
    await connection.withConnection(async (client) => client.query('select 1'));
    await connection.close();
  });
});
