import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { given, type GivenSite } from '../../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.ts';
import { caddyLog } from '../../../../test/simulated/caddy-log.ts';
import { saltFor } from '../../../log/salts.ts';
import { openDatabase, type Database } from '../../../platform/database.ts';
import { siteDirectory, type SiteDirectory } from '../site-directory.ts';
import { followFile } from './follow-file.ts';
import { ingestFile, logReader, type Ingested, type LogReaderOptions } from './ingest-file.ts';
import { noOutcomes } from './outcomes.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-30T12:00:00Z');
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let database: TestDatabase;
let owner: Database;
let writer: Database;
let folder: string;
let site: GivenSite;
let sites: SiteDirectory;
let path: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const shared = { url: database.url, max: 4, onError: () => undefined };
  owner = openDatabase({ ...shared, applicationName: 'antics test owner' });
  writer = openDatabase({ ...shared, role: 'writer', applicationName: 'antics test writer' });
  folder = await mkdtemp(join(tmpdir(), 'antics-logs-'));
});
beforeEach(async () => {
  site = await given(owner.db).site();
  sites = siteDirectory(writer.db, { warn: () => undefined, info: () => undefined });
  await sites.start();
  path = join(folder, `${site.siteId}.log`);
});
afterEach(() => sites.stop());
afterAll(async () => {
  await writer.close();
  await owner.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const readerOf = (o: Partial<LogReaderOptions> = {}) =>
  logReader({
    db: writer.db,
    sites,
    countryOf: () => 'DE',
    site: null,
    format: undefined,
    isBesideTracker: false,
    clock: () => NOW,
    holdMs: 0,
    ...o,
  });

const ingest = (o: Partial<LogReaderOptions> = {}, from = path): Promise<Ingested> =>
  ingestFile(from, readerOf(o), new AbortController().signal);

interface View {
  uri?: string;
  at?: number;
  ip?: string;
  headers?: Record<string, string[]>;
  host?: string;
}

function caddy({ uri = '/', at = NOW - 60_000, ip = '192.0.2.1', headers = {}, host = site.domain }: View = {}): string {
  const request = { client_ip: ip, method: 'GET', host, uri, headers: { 'User-Agent': [AGENT], ...headers } };
  return `${JSON.stringify({ level: 'info', ts: at / 1000, request, status: 200 })}\n`;
}

async function stored(): Promise<string[]> {
  const { rows } = await sql<{ pathname: string }>`
    select pathname from log_hits where site_id = ${site.siteId} order by position`.execute(owner.db);
  return rows.map((row) => row.pathname);
}

async function visitors(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(distinct visitor)::int as n from log_hits where site_id = ${site.siteId}`.execute(owner.db);
  return rows[0]?.n ?? 0;
}

describe('an access log of which nothing was stored', () => {
  it('is read anew once its host is a site, and then never again', async () => {
    const domain = `late-${site.siteId}.example`;
    await writeFile(path, caddy({ uri: '/a', host: domain }) + caddy({ uri: '/b', host: domain }));
    expect(await ingest()).toMatchObject({ lines: 2, outcomes: { hit: 0, unknown_host: 2 } });
    site = await given(owner.db).site({ domain });
    await sites.find(domain);
    expect(await ingest()).toMatchObject({ state: 'read', lines: 2, outcomes: { hit: 2 } });
    expect(await ingest()).toMatchObject({ state: 'known', lines: 0 });
    expect(await stored()).toEqual(['/a', '/b']);
  });

  it('is read anew for the days on which the site counted itself, where both are to count', async () => {
    await saltFor(writer.db, site.siteId, '2026-11-30', new Date(NOW + 2 * DAY_MS));
    await writeFile(path, caddy({ uri: '/a' }));
    expect(await ingest()).toMatchObject({ outcomes: { hit: 0, tracked: 1 } });
    expect(await ingest({ isBesideTracker: true })).toMatchObject({ outcomes: { hit: 1 } });
    expect(await ingest({ isBesideTracker: true })).toMatchObject({ state: 'known' });
  });

  it('is not, where some of it was stored, and tells what was left out', async () => {
    await writeFile(path, caddy({ uri: '/a' }) + caddy({ uri: '/b', host: 'nobody.example' }));
    await ingest();
    expect(await ingest()).toMatchObject({ state: 'known', before: { lines: 2, leftOut: 1 } });
    expect(await stored()).toEqual(['/a']);
  });
});

describe('an access log', () => {
  it('is logged as hits, with what a line says', async () => {
    const headers = { Referer: ['https://www.news.example/x?secret=1'], 'Sec-Purpose': ['prefetch'] };
    await writeFile(path, caddy({ uri: '/a%20b?utm_source=x&id=7', headers, at: NOW - 3 * DAY_MS }));
    expect(await ingest()).toMatchObject({ state: 'read', lines: 1, outcomes: { hit: 1 } });
    const { rows } = await sql`
      select h.pathname, h.query, h.referrer, h.country, h.day::text, h.hour, h.via, h.verdict, h.hostname, a.user_agent, h.name
      from log_hits h join agents a using (agent_id) where site_id = ${site.siteId}`.execute(owner.db);
    expect(rows).toEqual([
      {
        pathname: '/a b',
        query: 'utm_source=x',
        referrer: 'https://news.example/x',
        country: 'DE',
        day: '2026-11-27',
        hour: 12,
        via: 1,
        verdict: 1,
        hostname: site.domain,
        user_agent: AGENT,
        name: null,
      },
    ]);
  });

  it('tells what it left out, and which line could not be read', async () => {
    await owner.db.updateTable('sites').set({ excluded_ips: ['198.51.100.0/24'] }).where('site_id', '=', site.siteId).execute();
    await sites.find('x.example');
    sites.stop();
    sites = siteDirectory(writer.db, { warn: () => undefined, info: () => undefined });
    await sites.start();
    const lines = [caddy(), caddy({ uri: '/a.css' }), caddy({ host: 'other.example' }), 'what?\n', caddy({ ip: '198.51.100.7' })];
    await writeFile(path, lines.join('') + caddy({ at: NOW + DAY_MS }));
    const malformed: number[] = [];
    const hosts: string[] = [];
    const result = await ingest({ onMalformed: (line) => malformed.push(line), onUnknownHost: (host) => hosts.push(host) });
    expect(result.outcomes).toEqual({ ...noOutcomes(), hit: 1, asset: 1, unknown_host: 1, malformed: 2, excluded_ip: 1 });
    expect([malformed, hosts]).toEqual([[4, 6], ['other.example']]);
    const { rows } = await sql`select reason, hits::int from drop_counts where site_id = ${site.siteId}`.execute(owner.db);
    expect(rows).toEqual([{ reason: 'excluded_ip', hits: 1 }]);
  });

  it('is not read by a format that most of it is not in, nor without user agents, nor without a site to go to', async () => {
    await writeFile(path, caddy().repeat(30));
    await expect(ingest({ format: 'combined', site: sites.named(site.domain) ?? null })).rejects.toThrow(/not in the format combined.*looks like caddy/);
    const common = `192.0.2.1 - - [30/Nov/2026:11:00:00 +0000] "GET / HTTP/1.1" 200 5`;
    await writeFile(path, `${common}\n`);
    await expect(ingest()).rejects.toThrow(/no user agents/);
    await writeFile(path, `${common} "-" "${AGENT}"\n`);
    await expect(ingest()).rejects.toThrow(/--site/);
    await writeFile(path, 'hello\n');
    await expect(ingest()).rejects.toThrow(/looks like no access log/);
    expect(await stored()).toEqual([]);
    await writeFile(path, `${common} "-" "${AGENT}"`);
    const named = sites.named(site.domain) ?? null;
    expect((await ingest({ site: named })).outcomes.hit).toBe(1); // without a line break at its end, too
    expect(await stored()).toEqual(['/']);
  });
});

describe('a file that is given again', () => {
  it('adds nothing, wherever and however it is kept, and what was added since', async () => {
    await writeFile(path, caddy({ uri: '/1' }) + caddy({ uri: '/2' }));
    await ingest();
    expect(await ingest()).toMatchObject({ state: 'known', lines: 0, before: { lines: 2 } });
    await rename(path, `${path}.1`);
    expect((await ingest({}, `${path}.1`)).state).toBe('known');
    await appendFile(`${path}.1`, caddy({ uri: '/3' }));
    await writeFile(`${path}.gz`, gzipSync(caddy({ uri: '/1' }) + caddy({ uri: '/2' }) + caddy({ uri: '/3' })));
    expect(await ingest({}, `${path}.gz`)).toMatchObject({ state: 'read', lines: 1 });
    expect((await ingest({}, `${path}.1`)).state).toBe('known');
    expect(await stored()).toEqual(['/1', '/2', '/3']);
  });

  it('adds nothing where it is a copy of when it was shorter', async () => {
    await writeFile(path, caddy({ uri: '/1' }).repeat(60));
    await ingest();
    await writeFile(path, caddy({ uri: '/1' }).repeat(50));
    expect(await ingest()).toMatchObject({ state: 'known', lines: 0, before: { lines: 60 } });
  });

  it('is another one where it begins alike and goes on otherwise', async () => {
    await writeFile(path, caddy({ uri: '/1' }) + caddy({ uri: '/2' }));
    await ingest();
    await writeFile(path, caddy({ uri: '/1' }) + caddy({ uri: '/other' }) + caddy({ uri: '/3' }));
    await ingest();
    expect(await stored()).toEqual(['/1', '/2', '/1', '/other', '/3']);
  });

  it('is gone on with where it was cut off, after any batch and however the connection ends', async () => {
    const lines = [...caddyLog({ lines: 3_000, host: site.domain, start: NOW - 40 * DAY_MS, days: 10 })];
    await writeFile(path, lines.map(({ text }) => `${text}\n`).join(''));
    // The process is gone after a batch: it throws, and nobody tries again.
    const cut = new Error('cut off');
    await expect(ingest({ pagesPerBatch: 100, onProgress: () => { throw Object.assign(cut, { code: '22000' }); } })).rejects.toThrow('cut off');
    // The connection is lost under it, again and again.
    let kills = 0;
    const kill = async (): Promise<void> => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'antics test writer'`.execute(owner.db);
    };
    const result = await ingest({ pagesPerBatch: 100, onProgress: () => void (kills++ < 2 && kill()) });
    expect(kills).toBeGreaterThan(1);
    expect(result.before.lines).toBeGreaterThan(200);
    const agents = await sql<{ n: number }>`select count(*)::int as n from log_hits h join agents a using (agent_id)
      where site_id = ${site.siteId} and a.user_agent not like '%Googlebot%' and verdict is null`.execute(owner.db);
    expect(agents.rows[0]?.n).toBe(lines.filter(({ view }) => view !== null).length);
    expect((await ingest()).state).toBe('known');
  });

  it('is read by one process at a time', async () => {
    await writeFile(path, caddy({ at: Date.now() }));
    let second: unknown;
    let once = false;
    await ingest({
      onFormat() {
        if (once) return;
        once = true;
        second = ingest().catch((e: unknown) => e);
      },
      holdMs: 300,
      clock: Date.now,
    });
    expect(String(await second)).toMatch(/being read by another process/);
  });
});

describe('a day on which the site counts itself', () => {
  const salt = (day: string) => saltFor(writer.db, site.siteId, day, new Date(NOW + 2 * DAY_MS));

  it('is left out, as is the day after it, unless told otherwise', async () => {
    await salt('2026-11-20');
    const days = [18, 19, 20, 21, 22].map((day) => caddy({ uri: `/${day}`, at: Date.parse(`2026-11-${day}T23:59:00Z`) }));
    await writeFile(path, days.join(''));
    expect((await ingest()).outcomes).toMatchObject({ hit: 3, tracked: 2 });
    expect(await stored()).toEqual(['/18', '/19', '/22']);
    await writeFile(`${path}.2`, days.join('') + caddy({ uri: '/late', at: Date.parse('2026-11-20T23:59:30Z') }));
    expect((await ingest({ isBesideTracker: true }, `${path}.2`)).outcomes).toMatchObject({ hit: 1 });
  });

  it('is found out before a line is judged that is younger than its page’s hit may be', async () => {
    await writeFile(path, caddy({ at: Date.now() - 100 }));
    const reading = ingest({ holdMs: 700, clock: Date.now });
    await sleep(200);
    await salt(new Date().toISOString().slice(0, 10));
    expect((await reading).outcomes).toMatchObject({ hit: 0, tracked: 1 });
  });

  it('is not one by its access log, whose visitors are those of its pages’ hits', async () => {
    await writeFile(path, caddy() + caddy({ at: NOW - 3 * DAY_MS }) + caddy({ at: NOW - 3 * DAY_MS + 5, ip: '192.0.2.2' }));
    await ingest();
    const { rows } = await sql`select from tracked_days where site_id = ${site.siteId}`.execute(owner.db);
    expect(rows).toEqual([]);
    const kept = await owner.db.selectFrom('salts').selectAll().where('site_id', '=', site.siteId).orderBy('day').execute();
    expect(kept.map(({ day, expires_at }) => [day, expires_at.getTime()])).toEqual([
      ['2026-11-27', NOW + DAY_MS],
      ['2026-11-30', Date.parse('2026-12-02')],
    ]);
    expect(kept[1]?.salt).toEqual(await salt('2026-11-30'));
    expect(await visitors()).toBe(3);
  });

  it('keeps its visitors over several files, until the salt is gone', async () => {
    const at = NOW - 3 * DAY_MS;
    await writeFile(path, caddy({ uri: '/1', at }));
    await ingest();
    await writeFile(path, caddy({ uri: '/2', at }));
    await ingest();
    expect(await visitors()).toBe(1);
    await owner.db.updateTable('salts').set({ expires_at: new Date(0) }).where('site_id', '=', site.siteId).execute();
    await writeFile(path, caddy({ uri: '/3', at }));
    await ingest();
    expect(await visitors()).toBe(2);
  });
});

describe('a file that is followed', () => {
  const stop = new AbortController();
  // Before what they read from is closed, however the test ends.
  let following: Promise<void>[] = [];
  afterEach(async () => {
    stop.abort();
    await Promise.all(following);
  });

  /** In any order: one of two may be at the new file while the other reads the renamed one to its end. */
  async function until(paths: string[]): Promise<void> {
    const giveUp = Date.now() + 8_000;
    while (Date.now() < giveUp && (await stored()).length < paths.length) await sleep(20);
    expect((await stored()).toSorted()).toEqual(paths.toSorted());
  }

  it('is read as it grows, over being renamed and being emptied, by one of two that are told to', async () => {
    const hindrances: (string | null)[] = [];
    const follow = () =>
      followFile({ path, reader: readerOf(), signal: stop.signal, pollMs: 40, onHindrance: (message) => hindrances.push(message) });
    following = [follow(), follow()];
    await sleep(100);
    const expected = ['/1'];
    await writeFile(path, caddy({ uri: '/1' }));
    await until(expected);
    const half = caddy({ uri: '/2' });
    await appendFile(path, half.slice(0, 50));
    await sleep(100);
    await appendFile(path, half.slice(50));
    await until([...expected, '/2']);
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, caddy({ uri: '/3' }));
    await writeFile(path, caddy({ uri: '/4' }));
    await until([...expected, '/2', '/3', '/4']);
    await copyFile(path, `${path}.copy`);
    await truncate(path);
    await writeFile(path, caddy({ uri: '/5' }).repeat(3));
    await until([...expected, '/2', '/3', '/4', '/5', '/5', '/5']);
    stop.abort();
    await Promise.all(following);
    expect(hindrances.filter((message) => message !== null && /another process/.test(message)).length).toBeGreaterThan(0);
    expect((await ingest()).state).toBe('known');
    expect((await ingest({}, `${path}.copy`)).state).toBe('known');
  });
});
