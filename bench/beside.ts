import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Database } from '../src/platform/database.ts';
import { readRebuilds } from '../src/projections/rebuild/rebuilds.read.ts';
import { runScript } from './children.ts';
import { openConnection, type Connection } from './connection.ts';
import { median, milliseconds, percentile, perSecond, type Findings, type Line } from './figures.ts';
import { temporaryFolder } from './lifetime.ts';
import type { LoadResult } from './load.ts';
import { registerSites, startServer, waitUntilFolded, type Server } from './server.ts';
import { LOAD_DOMAINS } from './traffic.ts';
import type { Year } from './year.ts';

const HITS_A_SECOND = 1_000;
const CONNECTIONS = 16;
/** A reader asks so often, each time for something else. */
const ASK_EVERY_MS = 200;
/** The load runs for so long before the first answer is measured; so long the server has to get warm at all. */
const WARM_UP_MS = 3_000;
const TARGET_RATIO = 2;

export interface BesideOptions {
  /** Of each of the two: without a rebuild, and with one. */
  readonly seconds: number;
  readonly progress: (line: string) => void;
}

interface Readings {
  readonly times: readonly number[];
  readonly load: LoadResult;
}

/** How long readers wait while all is rebuilt and hits come in, beside how long they wait without the rebuild. */
export async function benchBeside(year: Year, o: BesideOptions): Promise<Findings> {
  const folder = await temporaryFolder();
  const server = await startServer({ databaseUrl: year.postgres.url, folder: join(folder, 'server') });
  await registerSites(server, LOAD_DOMAINS);
  const connection = openConnection();
  try {
    await read(server, connection, year.site.id, WARM_UP_MS / 1000, 0);
    o.progress(`beside: ${o.seconds} s of ${perSecond(HITS_A_SECOND)} and a reader, without a rebuild`);
    const idle = await read(server, connection, year.site.id, o.seconds, 1);
    await waitUntilFolded(year.postgres.database);
    await ask(server, 'rebuild');
    o.progress('beside: the same, with one');
    const busy = await read(server, connection, year.site.id, o.seconds, 2);
    const progress = await progressOf(year.postgres.database);
    return { lines: linesOf(idle, busy), notes: notesOf(idle, busy, progress) };
  } finally {
    connection.close();
    await ask(server, 'discard').catch(() => undefined); // it has ended
    await server.stop();
  }
}

async function read(server: Server, connection: Connection, site: string, seconds: number, seed: number): Promise<Readings> {
  const loading = runScript<LoadResult>('load.ts', {
    kind: 'fixed',
    url: server.url,
    connections: CONNECTIONS,
    seed,
    rate: HITS_A_SECOND,
    seconds: seconds + WARM_UP_MS / 1000,
  });
  await sleep(WARM_UP_MS);
  const times: number[] = [];
  const started = performance.now();
  for (let i = 0; performance.now() - started < seconds * 1000; i++) {
    // From the moment a question was due: one that waits for the answer before it has waited, too.
    const due = started + i * ASK_EVERY_MS;
    await sleep(Math.max(0, due - performance.now()));
    const url = `${server.url}/api/stats/${site}${questionOf(i)}`;
    const { status, text } = await connection.get(url, { authorization: `Bearer ${server.key}` });
    if (status !== 200) throw new Error(`GET ${url}: ${status} ${text.slice(0, 500)}`);
    times.push(performance.now() - due);
  }
  return { times, load: await loading };
}

/** What a dashboard asks for. No two are the same for a while. */
function questionOf(i: number): string {
  const limit = 10 + (i % 190);
  switch (i % 4) {
    case 0:
      return `?metric=pathname&period=30d&limit=${limit}`;
    case 1:
      return `?metric=country&period=12mo&limit=${limit}`;
    case 2:
      return `?metric=channel&period=7d&limit=${limit}`;
    default:
      return `/timeseries?period=30d`;
  }
}

async function ask(server: Server, what: 'rebuild' | 'discard'): Promise<void> {
  const response = await fetch(`${server.url}/api/projections/all/${what}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
}

/** How far it came meanwhile. */
async function progressOf({ db }: Database): Promise<string> {
  const [last] = await readRebuilds(db, {});
  if (last === undefined) throw new Error('no rebuild is known');
  return `the rebuild was ${last.state}, in phase ${last.phase}, ${Math.round(last.ratio * 100)} % built`;
}

function linesOf(idle: Readings, busy: Readings): Line[] {
  const [before, beside] = [percentile(idle.times, 99), percentile(busy.times, 99)];
  return [
    {
      figure: `readers beside a rebuild and ${perSecond(HITS_A_SECOND)}, p99`,
      measured: `${milliseconds(beside)}, p50 ${milliseconds(median(busy.times))}`,
      target: `≤ ${TARGET_RATIO} × idle`,
      met: beside <= TARGET_RATIO * before,
      baseline: `${milliseconds(before)}, p50 ${milliseconds(median(idle.times))} without it`,
      ratio: beside / before,
    },
    {
      figure: 'a hit beside a rebuild, p99',
      measured: milliseconds(busy.load.p99),
      baseline: `${milliseconds(idle.load.p99)} without it`,
      ratio: busy.load.p99 / idle.load.p99,
    },
  ];
}

function notesOf(idle: Readings, busy: Readings, progress: string): string[] {
  const held = [idle, busy].map(({ load }) => `${perSecond(load.rate)}, ${load.failed} failed`);
  return [`beside: ${idle.times.length} and ${busy.times.length} answers; the load was ${held.join(' and ')}; then ${progress}`];
}
