import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';

import { AppModule } from '../../src/app.module.ts';
import { buildProgram, runProgram } from '../../src/cli/cli.ts';
import { addLog } from '../../src/cli/log/log.cli.ts';
import { openGround } from '../../src/ground.ts';
import { readSealedHead, SEGMENT_SIZE, sealSegment } from '../../src/log/segments/seal.ts';
import { readConfig } from '../../src/platform/config.ts';
import { openDatabase, type Db } from '../../src/platform/database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { startServer } from '../../src/server.ts';
import { FIREFOX, given, pageView } from '../given.ts';
import { GOLDEN } from '../log/golden-digests.ts';
import { insertGoldenRows, readGoldenDigests } from '../log/golden-rows.ts';
import { hasDebianPostgres, startCluster, type Cluster } from '../setup/debian-postgres.ts';
import { askAt, until, type Answer, type Ask } from './harness.ts';

const KEY = 'k'.repeat(40);
/** As docs/operating.md has them made. */
const ROLES = `
  create role antics login; create role antics_writer nologin; create role antics_reader nologin;
  create role antics_eraser nologin; grant antics_writer, antics_reader, antics_eraser to antics`;

if (!hasDebianPostgres) {
  describe.skip('a dump (skipped: there is no PostgreSQL 15 of Debian)', () => it.todo('is restored'));
} else {
  describe('a dump of a served database', dumps);
}

interface Served {
  readonly db: Db;
  ask(path: string, o?: Ask): Promise<Answer>;
  stop(): Promise<void>;
}

function dumps(): void {
  const clusters: Cluster[] = [];
  let folder: string;
  let source: Cluster;
  let other: Cluster;
  let site: { id: string; domain: string };
  /** What the source said when it was dumped. */
  let figures: unknown;
  let head: string;

  const env = (url: string) => ({
    ...{ DATABASE_URL: url, ANTICS_PORT: '0', ANTICS_DATA_DIR: folder, ANTICS_ADMIN_KEY: KEY, ANTICS_LOG_LEVEL: 'silent' },
  });

  async function start(url: string): Promise<Served> {
    const { config } = readConfig(env(url));
    const steps: (() => Promise<void>)[] = [];
    const shutdown = { register: (_: string, stop: () => Promise<void>) => void steps.push(stop) };
    const stop = async (): Promise<void> => {
      for (const step of steps.splice(0).reverse()) await step();
    };
    const starting = startServer({ wire: AppModule.of, config, log: createLogger('silent'), shutdown });
    const { baseUrl } = await starting.catch(async (e: unknown) => {
      await stop();
      throw e;
    });
    const database = openDatabase({ url, max: 2, applicationName: 'test', onError: () => undefined });
    return {
      db: database.db,
      ask: (path, o = {}) => askAt(baseUrl, path, { key: KEY, ...o }),
      async stop() {
        await stop();
        await database.close();
      },
    };
  }

  /** `antics <args>` on a database: its exit code and what it printed. */
  async function antics(url: string, ...args: string[]): Promise<{ code: number; text: string }> {
    const lines: string[] = [];
    const tell = (line: string): void => void lines.push(line);
    const never = (): Promise<never> => Promise.reject(new Error('not asked for'));
    const deps = { serve: never, demo: never, openStore: never, version: '0', out: tell, err: tell, isTerminal: false };
    const program = buildProgram(deps);
    addLog(program, { readConfig: () => readConfig(env(url)).config, openGround, out: tell, err: tell });
    return { code: await runProgram(program, args, tell), text: lines.join('\n') };
  }

  async function visit(served: Served, path: string): Promise<void> {
    const headers = { origin: `https://${site.domain}`, 'user-agent': FIREFOX };
    const body = { u: `https://${site.domain}${path}`, r: 'https://google.com', w: 1280, p: { plan: 'pro' } };
    expect((await served.ask('/api/event', { method: 'POST', key: null, headers, body })).status).toBe(202);
  }

  /** Once so many page views are in the figures. */
  const figuresOf = (served: Served, pageviews: number): Promise<unknown> =>
    until(30_000, async () => {
      const { json } = await served.ask(`/api/stats/${site.id}?period=7d`);
      return json.summary.pageviews === pageviews ? { summary: json.summary, breakdown: json.breakdown } : undefined;
    });

  const seal = async (db: Db): Promise<void> => {
    while ((await sealSegment(db, { size: 3, ageMs: 0 })) !== 'idle') continue;
  };

  /** A new database in the other cluster, restored as docs/operating.md says. */
  async function restore(name: string, file: string): Promise<string> {
    await other.psql(`create database ${name} owner antics`);
    await other.pgRestore(name, join(folder, file));
    return other.url(name, 'antics');
  }

  /** A log that was there before anybody sealed: with its site's first event, more than one segment. */
  async function writeBefore(url: string): Promise<void> {
    const ground = await openGround(readConfig(env(url)).config, () => undefined);
    const { db, close } = openDatabase({ url: ground.url, max: 1, applicationName: 'test', onError: () => undefined });
    const march = await given(db).site();
    for (let batch = 0; batch < SEGMENT_SIZE / 1_000; batch++) {
      const hits = Array.from({ length: 1_000 }, (_, i) => pageView(`/${i % 50}`, { at: '2026-03-02T09:00Z', visitor: `${i}` }));
      await march.append(...hits);
    }
    await close();
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'antics-restore-'));
    clusters.push(...(await Promise.all([startCluster(), startCluster()])));
    [source, other] = clusters as [Cluster, Cluster];
    for (const cluster of clusters) await cluster.psql(ROLES);
    await source.psql('create database antics owner antics');
    await writeBefore(source.url('antics', 'antics'));
    const served = await start(source.url('antics', 'antics'));
    site = (await served.ask('/api/sites', { method: 'POST', body: { domain: 'dumped.example' } })).json as typeof site;
    for (const path of ['/', '/a', '/b', '/a']) await visit(served, path);
    figures = await figuresOf(served, 4);
    // A worker does it by itself: here as soon as it starts, since there is enough for a segment.
    await until(60_000, async () => (await readSealedHead(served.db)) && true);
    await seal(served.db);
    head = (await readSealedHead(served.db))?.hash ?? '';
    // While it is served.
    const withoutSalts = '--exclude-table-data=antics.salts';
    await source.pgDump('antics', join(folder, 'whole'), withoutSalts);
    await source.pgDump('antics', join(folder, 'part'), withoutSalts, '--exclude-table-data=antics.log_hits_*');
    await served.stop();
  }, 180_000);

  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster.remove()));
    await rm(folder, { recursive: true });
  });

  it('has the same figures and the same proof in a new cluster, opens an epoch there, and goes on', async () => {
    const url = await restore('whole', 'whole');
    expect(await antics(url, 'log', 'verify', '--head', head)).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^Intact: positions 1 to [\d,]+ in \d+ segments, 10,004 hits/) as string,
    });
    const served = await start(url);
    try {
      expect(await figuresOf(served, 4)).toEqual(figures);
      const { rows } = await sql`select (select count(*)::int from log_epochs) as epochs,
        (select count(*)::int from log_events where type = 'LogResumed') as resumed`.execute(served.db);
      expect(rows).toEqual([{ epochs: 2, resumed: 1 }]);
      await visit(served, '/after');
      await figuresOf(served, 5);
      await seal(served.db);
      const verified = await antics(url, 'log', 'verify', '--json', '--head', head);
      expect(verified.code).toBe(0);
      expect(JSON.parse(verified.text)).toMatchObject({ intact: true, hits: 10_005, head: { found: true } });
      const shown = JSON.parse((await antics(url, 'log', 'head', '--json')).text) as { position: number; hash: string };
      const metrics = (await served.ask('/metrics', { key: null })).text;
      expect(metrics).toContain(`\nantics_log_head_info{hash="${shown.hash}"} 1\n`);
      expect(metrics).toContain(`\nantics_log_sealed_position ${shown.position}\n`);
      expect(metrics).toMatch(/\nantics_log_segment [1-9]\d*\n/);
    } finally {
      await served.stop();
    }
  }, 120_000);

  it('of which a part is missing is not served and not appended to, and says what to do', async () => {
    const url = await restore('part', 'part');
    const before = await other.psql('set search_path = antics; select log_head()', 'part');
    await expect(start(url)).rejects.toThrow(
      /projection generation 1 stands at position \d+, but the log ends at \d+: only a part was restored\. Restore the whole database/,
    );
    expect(await other.psql('set search_path = antics; select log_head()', 'part')).toBe(before);
    const { code, text } = await antics(url, 'log', 'verify');
    expect(code).toBe(1);
    expect(text).toMatch(/^NOT INTACT/);
    expect(text).toMatch(/^ {2}segment \d+, positions [\d,]+ to [\d,]+, site dumped\.example \([\w-]+\): \d hits? sealed, 0 there$/m);
    expect(text).toMatch(/segment 1, .*: nothing is there any more at 2 to 10000$/m);
  }, 120_000);

  it('is not proven by a head of elsewhere, and not where the database does not answer', async () => {
    const url = source.url('antics', 'antics');
    const wrong = await antics(url, 'log', 'verify', '--head', 'ab'.repeat(32));
    expect(wrong).toMatchObject({ code: 1, text: expect.stringContaining('the pinned head is not among the') as string });
    expect((await antics(url, 'log', 'verify', '--head', 'ab')).code).toBe(2);
    expect((await antics(source.url('nowhere', 'antics'), 'log', 'verify')).code).toBe(2);
  });

  it('is hashed by PostgreSQL 15 as by every other version', async () => {
    await source.psql('create database golden owner antics');
    const ground = await openGround(readConfig(env(source.url('golden'))).config, () => undefined);
    const database = openDatabase({ url: ground.url, max: 1, applicationName: 'test', onError: () => undefined });
    await insertGoldenRows(database.db);
    expect(await readGoldenDigests(database.db)).toEqual(GOLDEN);
    await database.close();
  });
}
