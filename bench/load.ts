// A load on POST /api/event, in a process of its own: what it takes is not the server's.
import autocannon, { type Request } from 'autocannon';

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
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** More than most runs send, so that hardly a visitor comes back over and over. */
const REQUESTS_PER_CONNECTION = 1200;
/** Not autocannon's ten: it would cut a connection on whose answer a slow machine still works. */
const ANSWER_SECONDS = 60;

async function closedLoop(load: Load & { kind: 'closed' }): Promise<LoadResult> {
  const hits = loadHits(load.seed);
  const result = await autocannon({
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
  return {
    acknowledged: result['2xx'],
    sent: result.requests.sent,
    failed: result.non2xx + result.errors + result.timeouts,
    seconds: result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const result = load.kind === 'closed' ? await closedLoop(load) : await fixedRate(load);
process.send?.(result);
