// How fast an access log is read: `node bench/ingest-log.ts [lines]`. A log as Caddy writes it, into an embedded
// PostgreSQL, durable; beside it, in the same run, the least that a reader has to do: readline and JSON.parse.
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { createSite } from '../src/commands/create-site/create-site.ts';
import { openCountries } from '../src/commands/record-hits/country.ts';
import { ingestFile, logReader } from '../src/commands/record-hits/log-lines/ingest-file.ts';
import { siteDirectory } from '../src/commands/record-hits/site-directory.ts';
import { openDatabase } from '../src/platform/database.ts';
import { migrate } from '../src/platform/migrate.ts';
import { caddyLog } from '../test/simulated/caddy-log.ts';
import { formatLines, type Line } from './figures.ts';
import { endAll, endOnSignals, temporaryFolder } from './lifetime.ts';
import { describeMachine } from './machine.ts';
import { startPostgres } from './server.ts';

const TARGET = 50_000;
const HOST = 'bench.example';
const LINES = Number(process.argv[2] ?? 1_000_000);

/** Answers how many page views are in it. */
async function write(path: string): Promise<number> {
  const out = createWriteStream(path);
  const start = Date.now() - 30 * 86_400_000;
  let views = 0;
  let text = '';
  for (const line of caddyLog({ lines: LINES, host: HOST, start, days: 25 })) {
    if (line.view !== null) views += 1;
    text += `${line.text}\n`;
    if (text.length < 1 << 20) continue;
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  }
  out.end(text);
  await once(out, 'finish');
  return views;
}

async function baseline(path: string): Promise<number> {
  const started = performance.now();
  let parsed = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (typeof JSON.parse(line) === 'object') parsed += 1;
  }
  if (parsed !== LINES) throw new Error(`${parsed} of ${LINES} lines`);
  return (LINES * 1000) / (performance.now() - started);
}

async function measure(): Promise<void> {
  const head = await describeMachine();
  const folder = await temporaryFolder();
  const path = join(folder, 'access.log');
  const views = await write(path);
  const { size } = await stat(path);
  const postgres = await startPostgres(folder);
  await migrate(postgres.url, () => undefined);
  await createSite(postgres.database.db, { domain: HOST }, { actor: { name: 'bench', kind: 'cli' } }, Date.now);
  const writer = openDatabase({ url: postgres.url, role: 'writer', max: 3, applicationName: 'antics bench', onError: () => undefined });
  const sites = siteDirectory(writer.db, { warn: () => undefined, info: () => undefined });
  await sites.start();
  const reader = logReader({
    db: writer.db,
    sites,
    site: null,
    countryOf: await openCountries(undefined),
    format: undefined,
    isBesideTracker: false,
  });
  const bare = await baseline(path);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const { outcomes } = await ingestFile(path, reader, new AbortController().signal);
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const again = await ingestFile(path, reader, new AbortController().signal);
  const { rows } = await sql<{ hits: number; people: number }>`
    select count(*)::int as hits, (count(*) filter (where verdict is null and a.user_agent not like '%Googlebot%'))::int as people
    from antics.log_hits join antics.agents a using (agent_id)`.execute(postgres.database.db);
  sites.stop();
  await writer.close();
  const isRight = rows[0]?.people === views && rows[0].hits === outcomes.hit && again.state === 'known';
  const lines: Line[] = [
    {
      figure: `access log, ${LINES} lines`,
      measured: `${Math.round(LINES / seconds)} lines/s`,
      target: `≥ ${TARGET} lines/s`,
      met: LINES / seconds >= TARGET,
      baseline: `${Math.round(bare)} lines/s readline and JSON.parse`,
      ratio: LINES / seconds / bare,
    },
    { figure: 'access log, CPU a line (Node alone)', measured: `${(((cpu.user + cpu.system) / LINES)).toFixed(1)} µs` },
    { figure: 'access log, page views of people', measured: String(rows[0]?.people), target: String(views), met: isRight },
  ];
  console.log(['', ...head, '', ...formatLines(lines), ''].join('\n'));
  console.log(
    `- ${(size / 2 ** 20).toFixed(0)} MB, ${outcomes.hit} hits (${Math.round(outcomes.hit / seconds)}/s) in ${seconds.toFixed(1)} s; ` +
      `memory ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MB; load at the end ${loadavg()[0]?.toFixed(1)}; given again: ${again.state}`,
  );
  if (!isRight) process.exitCode = 1;
}

endOnSignals();
try {
  await measure();
} finally {
  await endAll();
}
