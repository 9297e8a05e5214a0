import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { createEmptyDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { migrate } from './migrate.ts';

describe('migrations', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    [database, folder] = await Promise.all([createEmptyDatabase(), mkdtemp(join(tmpdir(), 'migrations-'))]);
  });
  afterEach(() => Promise.all([database.drop(), rm(folder, { recursive: true })]));

  const put = (name: string, sql: string): Promise<void> => writeFile(join(folder, name), sql);
  const run = (): Promise<string[]> => migrate(database.url, () => undefined, folder);
  const query = async (sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('apply in order, once, into the schema antics', async () => {
    await put('0002-b.sql', 'insert into a values (2)');
    await put('0001-a.sql', 'create table a (x int); insert into a values (1)');
    expect(await run()).toEqual(['0001-a.sql', '0002-b.sql']);
    await put('0003-c.sql', 'insert into a values (3)');
    expect(await run()).toEqual(['0003-c.sql']);
    expect(await run()).toEqual([]);
    expect(await query('select array_agg(x order by x) as x from antics.a')).toEqual([{ x: [1, 2, 3] }]);
  });

  it('wait for one another when two processes start at once', async () => {
    await put('0001-a.sql', 'create table a (x int); select pg_sleep(0.2)');
    const results = await Promise.all([run(), run(), run()]);
    expect(results.flat()).toEqual(['0001-a.sql']);
  });

  it('leave nothing of a file that fails, and say where', async () => {
    await put('0001-a.sql', 'create table a (x int)');
    await put('0002-b.sql', 'create table b (x int);\nselect nonsense;');
    await expect(run()).rejects.toThrow(/0002-b\.sql failed: .*nonsense.*line 2/);
    expect(await query('select name from antics.schema_migrations')).toEqual([{ name: '0001-a.sql' }]);
    expect(await query("select to_regclass('antics.b') as b")).toEqual([{ b: null }]);
    await put('0002-b.sql', 'create table b (x int)');
    expect(await run()).toEqual(['0002-b.sql']);
  });

  it('refuse a file that was edited after it was applied', async () => {
    await put('0001-a.sql', 'select 1');
    await run();
    await put('0001-a.sql', 'select 2');
    await expect(run()).rejects.toThrow(/0001-a\.sql is not what this database was migrated with/);
  });

  it('do not take changed line ends for an edit', async () => {
    await put('0001-a.sql', 'select\n1');
    await run();
    await put('0001-a.sql', 'select\r\n1');
    expect(await run()).toEqual([]);
  });

  it('refuse a database that a newer Antics migrated', async () => {
    await put('0001-a.sql', 'select 1');
    await put('0002-b.sql', 'select 1');
    await run();
    await rm(join(folder, '0002-b.sql'));
    await expect(run()).rejects.toThrow(/migrated by a newer Antics \(0002-b\.sql/);
  });

  it('refuse a gap, a number given twice, and a name they do not know', async () => {
    await put('0002-b.sql', 'select 1');
    await expect(run()).rejects.toThrow(/0002-b\.sql should be number 0001/);
    await put('0001-a.sql', 'select 1');
    await put('0002-c.sql', 'select 1');
    await expect(run()).rejects.toThrow(/0002-c\.sql should be number 0003/);
    await rm(join(folder, '0002-c.sql'));
    await put('notes.sql', 'select 1');
    await expect(run()).rejects.toThrow(/notes\.sql should be named/);
  });

  it('refuse a file that commits by itself', async () => {
    await put('0001-a.sql', 'create table a (x int); commit; begin');
    await expect(run()).rejects.toThrow(/0001-a\.sql failed: it commits by itself/);
  });
});
