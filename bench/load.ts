// A load on POST /api/event, in a process of its own: what it takes is not the server's.
import autocannon, { type Request } from 'autocannon';

import { percentile } from './figures.ts';
import { fixedRate } from './fixed-rate.ts';
import { loadHits } from './traffic.ts';

/**
 * `closed`: each connection sends its next hit when the last one was answered; for `seconds`, or until `amount` were
 * answered. `fixed`: `rate` hits a second, come what may.
 */
export type Load =
  | { kind: 'closed'; url: string; connections: number; seed: number; seconds: number }
  | { kind: 'closed'; url: string; connections: number; seed: number; amount: number }
  | { kind: 'fixed'; url: string; connections: number; seed: number; seconds: number; rate: number };

export interface LoadResult {
  /** Answered with 2xx. */
  readonly acknowledged: number;
  /** At most so many can have been stored: those on their way at the end are among them. */
  readonly sent: number;
  readonly failed: number;
  /** Acknowledged a second, once the load had settled. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** So many that a visitor comes back but a few times in a run. */
const REQUESTS_PER_CONNECTION = 600;
/**
 * Answers of the first moments are not measured: autocannon starts its clock, and the first requests, before it has
 * made the last of the requests.
 */
const SETTLE_MS = 500;
/** Not autocannon's ten: it would cut a connection on whose answer a slow machine still works. */
const ANSWER_SECONDS = 60;

async function closedLoop(load: Load & { kind: 'closed' }): Promise<LoadResult> {
  const hits = loadHits(load.seed);
  const run = autocannon({
    url: load.url,
    connections: load.connections,
    timeout: ANSWER_SECONDS,
    ...('amount' in load ? { amount: load.amount } : { duration: load.seconds }),
    setupClient(client) {
      const requests: Request[] = [];
      while (requests.length < REQUESTS_PER_CONNECTION) {
        requests.push({ method: 'POST', path: '/api/event', ...hits.next().value });
      }
      client.setRequests(requests);
    },
  });
  const latencies: number[] = [];
  let settled: number | undefined;
  let last = 0;
  let acknowledged = 0;
  run.on('response', (_client, status, _bytes, milliseconds) => {
    last = performance.now();
    settled ??= last + ('amount' in load ? 0 : SETTLE_MS);
    if (last < settled) return;
    latencies.push(milliseconds);
    if (status >= 200 && status < 300) acknowledged++;
  });
  const result = await run;
  return {
    acknowledged: result['2xx'],
    sent: result.requests.sent,
    failed: result.non2xx + result.errors + result.timeouts,
    rate: (acknowledged / (last - (settled ?? last))) * 1000,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
  };
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const result = load.kind === 'closed' ? await closedLoop(load) : await fixedRate(load);
process.send?.(result);
