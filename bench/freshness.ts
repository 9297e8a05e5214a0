import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { runScript } from './children.ts';
import { openConnection } from './connection.ts';
import { milliseconds, percentile, perSecond, type Findings } from './figures.ts';
import { temporaryFolder } from './lifetime.ts';
import type { LoadResult } from './load.ts';
import { registerSites, startPostgres, startServer, type Server } from './server.ts';
import { LOAD_DOMAINS } from './traffic.ts';

const CONNECTIONS = 64;
const MARK_EVERY_MS = 250;
/** Between two looks at the stats: what is measured is up to this much too long. */
const LOOK_EVERY_MS = 25;
/** The load runs for so long before the first mark. */
const WARM_UP_MS = 3_000;
/** A mark that is not counted by then never is. */
const PATIENCE_MS = 30_000;
const TARGET_P99_SECONDS = 1;
/** Below this share of the rate the load was another one. */
const RATE_HELD = 0.98;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

export interface FreshnessOptions {
  /** Hits a second, meanwhile. */
  rate: number;
  /** For so long marks are sent. */
  seconds: number;
  progress: (line: string) => void;
}

interface Mark {
  readonly sentAt: number;
  answeredAt: number;
  countedAt: number;
}
/** By the name of the event. */
type Marks = Map<string, Mark>;

/** How long it takes from sending a hit to finding it counted in the stats, beside a steady load. */
export async function benchFreshness(o: FreshnessOptions): Promise<Findings> {
  const folder = await temporaryFolder();
  const postgres = await startPostgres(folder);
  const server = await startServer({ databaseUrl: postgres.url, folder: join(folder, 'server') });
  const [siteId = ''] = await registerSites(server, LOAD_DOMAINS);
  o.progress(`freshness: ${perSecond(o.rate)} for ${o.seconds} s`);

  const marks: Marks = new Map();
  const loading = runScript<LoadResult>('load.ts', {
    kind: 'fixed',
    url: server.url,
    connections: CONNECTIONS,
    seed: 99,
    rate: o.rate,
    seconds: o.seconds + WARM_UP_MS / 1000 + 1,
  });
  const marking = sleep(WARM_UP_MS).then(() =>
    Promise.all([sendMarks(server, marks, o.seconds), look(server, siteId, marks, o.seconds)]),
  );
  const [load] = await Promise.all([loading, marking]);
  await server.stop();
  await postgres.stop();

  const all = [...marks.values()];
  const seconds = all.map((mark) => (mark.countedAt - mark.sentAt) / 1000);
  const p99 = percentile(seconds, 99);
  const answered = percentile(all.map((mark) => mark.answeredAt - mark.sentAt), 99);
  const isHeld = load.failed === 0 && load.rate >= o.rate * RATE_HELD;
  return {
    lines: [
      {
        figure: `freshness at ${perSecond(o.rate)}, p99`,
        measured: `${p99.toFixed(2)} s, p50 ${percentile(seconds, 50).toFixed(2)} s`,
        target: `≤ ${TARGET_P99_SECONDS} s`,
        met: isHeld && p99 <= TARGET_P99_SECONDS,
        baseline: `${milliseconds(answered)} p99 of its 202`,
        ratio: (p99 * 1000) / answered,
      },
    ],
    notes: [
      `freshness: ${all.length} marks; the load was ${perSecond(load.rate)}, p99 ${milliseconds(load.p99)}, ` +
        `${load.failed} failed${isHeld ? '' : ': it was not held, so the target is not met'}`,
    ],
  };
}

/** Sends an event of a name of its own every quarter of a second. */
async function sendMarks(server: Server, marks: Marks, seconds: number): Promise<void> {
  const connection = openConnection();
  const started = performance.now();
  const answers: Promise<void>[] = [];
  for (let i = 0; i * MARK_EVERY_MS < seconds * 1000; i++) {
    await sleep(Math.max(0, started + i * MARK_EVERY_MS - performance.now()));
    const name = `mark-${String(i).padStart(4, '0')}`;
    const mark: Mark = { sentAt: performance.now(), answeredAt: Infinity, countedAt: Infinity };
    marks.set(name, mark);
    const body = JSON.stringify({ n: name, u: `https://${LOAD_DOMAINS[0]}/`, r: null, w: 1280 });
    const headers = {
      'content-type': 'application/json',
      origin: `https://${LOAD_DOMAINS[0]}`,
      'user-agent': FIREFOX,
      'x-forwarded-for': `9.9.${i >> 8}.${i & 255}`,
    };
    answers.push(
      connection.post(`${server.url}/api/event`, body, headers).then(({ status, text }) => {
        if (status !== 202) throw new Error(`POST /api/event: ${status} ${text}`);
        mark.answeredAt = performance.now();
      }),
    );
  }
  await Promise.all(answers);
  connection.close();
}

/** Asks for the stats again and again until all marks are in them. */
async function look(server: Server, siteId: string, marks: Marks, seconds: number): Promise<void> {
  const connection = openConnection();
  // Seven days, so that a run across midnight finds the marks of both.
  const url = `${server.url}/api/stats/${siteId}?metric=event&period=7d&limit=1000`;
  const expected = Math.ceil((seconds * 1000) / MARK_EVERY_MS);
  const giveUp = performance.now() + seconds * 1000 + PATIENCE_MS;
  for (let counted = 0; counted < expected && performance.now() < giveUp; ) {
    const { status, text } = await connection.get(url, { authorization: `Bearer ${server.key}` });
    if (status !== 200) throw new Error(`GET ${url}: ${status} ${text.slice(0, 500)}`);
    const now = performance.now();
    for (const { value } of (JSON.parse(text) as { breakdown: { value: string }[] }).breakdown) {
      const mark = marks.get(value);
      if (mark === undefined || mark.countedAt !== Infinity) continue;
      mark.countedAt = now;
      counted++;
    }
    await sleep(LOOK_EVERY_MS);
  }
  connection.close();
}
