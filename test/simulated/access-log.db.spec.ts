import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ingestFile, logReader } from '../../src/commands/record-hits/log-lines/ingest-file.ts';
import { siteDirectory } from '../../src/commands/record-hits/site-directory.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { getStats } from '../../src/queries/get-stats/get-stats.ts';
import { given } from '../given.ts';
import { projectionsOf, untilCaughtUp } from '../replay/projections-of.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { caddyLog, countLog, type CountedLog } from './caddy-log.ts';
import { compareWithOracle } from './compare.ts';

const HOST = 'log.example';
const START = Date.UTC(2026, 2, 1, 5);
/** LOG_LINES=1000000 takes three minutes. */
const COUNT = Number(process.env['LOG_LINES'] ?? 5_000);
const LINES = [...caddyLog({ lines: COUNT, host: HOST, start: START, days: 5 })];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antics-logs-'));
  await writeFile(join(folder, 'access.log'), chunks());
});
afterAll(() => rm(folder, { recursive: true }));

/** A million lines are longer than a string may be. */
function* chunks(): Generator<string> {
  for (let from = 0; from < LINES.length; from += 1_000) {
    yield LINES.slice(from, from + 1_000).map(({ text }) => `${text}\n`).join('');
  }
}

/** What a database says that has nothing but this log, read anew. */
async function figuresOfLog(): Promise<CountedLog> {
  const database = await createTestDatabase();
  const projections = projectionsOf(database.url);
  const { db } = projections;
  try {
    await ensureServing(db, CATALOG);
    const site = await given(db).site({ domain: HOST });
    const sites = siteDirectory(db, { warn: () => undefined, info: () => undefined });
    await sites.start();
    const reader = logReader({ db, sites, site: null, countryOf: () => null, format: undefined, isBesideTracker: false });
    await ingestFile(join(folder, 'access.log'), reader, new AbortController().signal).finally(() => sites.stop());
    projections.startProjector();
    expect(await compareWithOracle(db, await untilCaughtUp(db, 60_000 + COUNT))).toBeGreaterThan(100);
    const question = { siteId: site.id, period: '2026-02-01,2026-03-31', metric: 'pathname', limit: 1000, after: null } as const;
    const { summary, breakdown } = await getStats(db, question, Date.now());
    const { visitors, visits, pageviews } = summary;
    return { visitors, visits, pageviews, pages: Object.fromEntries(breakdown.map((row) => [row.value, 'pageviews' in row ? row.pageviews : 0])) as Record<string, number> };
  } finally {
    await projections.close();
    await database.drop();
  }
}

it('figures of an access log are those that its lines say, and the same each time that it is read', async () => {
  const counted = countLog(LINES);
  expect(counted.pageviews).toBeGreaterThan(1_000);
  expect(await figuresOfLog()).toEqual(counted);
  expect(await figuresOfLog()).toEqual(counted);
}, 60_000 + COUNT);
