import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { makeTestFolder } from '../../../test/setup/test-server.ts';
import { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from './embedded.ts';
import { isAlive } from './postmaster-file.ts';
import { smallSettings } from './settings.ts';

/** One folder for all: the first start makes the database, the later ones find it. */
describe('the embedded server', () => {
  let folder: string;
  let directory: string;
  const lines: string[] = [];
  const running: EmbeddedPostgres[] = [];

  beforeAll(async () => {
    folder = await makeTestFolder();
    directory = join(folder, 'postgres');
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    lines.length = 0;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = async (o: Partial<EmbeddedOptions> = {}): Promise<EmbeddedPostgres> => {
    // Whether another user can run the installed one depends on where this checkout lies.
    const log = (line: string): void => void (line.startsWith('copying PostgreSQL') || lines.push(line));
    const server = await startEmbedded({ directory, settings: smallSettings(), log, ...o });
    running.push(server);
    return server;
  };
  const connect = async (server: EmbeddedPostgres): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => undefined); // servers are killed here
    await client.connect();
    return client;
  };
  const ask = async (server: EmbeddedPostgres, statement: string): Promise<unknown> => {
    const client = await connect(server);
    try {
      const { rows } = await client.query<Record<string, unknown>>(statement);
      return Object.values(rows[0] ?? {})[0];
    } finally {
      await client.end();
    }
  };

  it('starts over half-made directories, listens on no network, and keeps its settings', async () => {
    await mkdir(join(directory, 'data'), { recursive: true });
    await writeFile(join(directory, 'data', 'postgresql.conf'), '');
    await mkdir(join(directory, 'data.new-999999999'));
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(lines.sort()).toEqual([
      'making the database',
      'removing the half-made data',
      'removing the half-made data.new-999999999',
    ]);
    expect(await ask(server, "select current_setting('listen_addresses')")).toBe('');
    expect(await ask(server, "select current_setting('shared_buffers')")).toBe('64MB');
    expect(await ask(server, 'select datcollate || encoding from pg_database limit 1')).toBe('C6'); // 6 = UTF8
    await ask(server, 'create table kept (x int)');
  });

  it('starts again on what is there, and can be stopped twice', async () => {
    const server = await start();
    expect(lines).toEqual([]);
    expect(await ask(server, "select to_regclass('kept')::text")).toBe('kept');
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(await readdir(join(directory, 'data'))).not.toContain('postmaster.pid');
  });

  it('is adopted by a second start, and stopped by the last one that uses it', async () => {
    const first = await start();
    const second = await start();
    expect(second.adopted).toBe(true);
    expect([second.pid, second.url]).toEqual([first.pid, first.url]);
    const client = await connect(second);
    await first.stop();
    expect(isAlive(first.pid)).toBe(true);
    expect(lines.at(-1)).toBe(`leaving PostgreSQL, process ${first.pid}, to its 1 other connections`);
    await client.end();
    await second.stop();
    expect(isAlive(first.pid)).toBe(false);
  });

  it('is one server when two start at once', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    expect(a.pid).toBe(b.pid);
    expect([a.adopted, b.adopted].sort()).toEqual([false, true]);
  });

  it('comes back when it is killed, with all that was committed, at the same address', async () => {
    let restarted = (): void => undefined;
    const back = new Promise<void>((resolve) => (restarted = resolve));
    const server = await start({ onRestart: () => restarted() });
    const { url, pid } = server;
    await ask(server, 'insert into kept values (1) returning x');
    const client = await connect(server); // an orphan of the killed server, which holds its memory for a while
    process.kill(pid, 'SIGKILL');
    await back;
    await client.end();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await ask(server, 'select count(*)::int from kept')).toBe(1);
  });

  it('does not take a stranger with its number for itself', async () => {
    const data = join(directory, 'data');
    await writeFile(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n1\n5432\n/s\n\n1 1\nready\n`);
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(lines).toEqual([`process ${process.pid} is no longer PostgreSQL: removing its postmaster.pid`]);
  });

  it('has its socket elsewhere where the path is too long for one', async () => {
    const deep = join(folder, 'd'.repeat(100));
    const server = await start({ directory: deep });
    expect(await ask(server, 'select 1')).toBe(1);
    expect(decodeURIComponent(server.url)).not.toContain('ddd');
    await server.stop();
    await rm(new URL(server.url).searchParams.get('host') ?? '', { recursive: true });
  });

  it('refuses a directory of another major version, saying so', async () => {
    const old = join(folder, 'old');
    await mkdir(join(old, 'data'), { recursive: true });
    await writeFile(join(old, 'data', 'PG_VERSION'), '14\n');
    await expect(start({ directory: old })).rejects.toThrow(/made by PostgreSQL 14.*brings 18/);
  });

  it('never removes data, even damaged', async () => {
    const damaged = join(folder, 'damaged');
    await mkdir(join(damaged, 'data', 'global'), { recursive: true });
    await writeFile(join(damaged, 'data', 'global', 'pg_control'), 'x');
    await expect(start({ directory: damaged })).rejects.toThrow(/is damaged/);
    expect(await readdir(join(damaged, 'data'))).toEqual(['global']);
  });

  it('says why when it does not start', async () => {
    const broken = start({ settings: { ...smallSettings(), shared_buffers: 'plenty' } });
    await expect(broken).rejects.toThrow(/did not start: .*shared_buffers.*DATABASE_URL/);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot('says so when its account cannot reach the folder', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await chmod(closed, 0o700);
    await expect(start({ directory: join(closed, 'postgres') })).rejects.toThrow(/cannot reach .*ANTICS_DATA_DIR/);
  });

  asRoot('says so when there is no such account', async () => {
    await expect(start({ directory: join(folder, 'other'), account: 'no-one' })).rejects.toThrow(
      /no unprivileged account no-one.*ANTICS_PG_USER/,
    );
  });
});
