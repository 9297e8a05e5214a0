import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BuiltServer } from './built-server.ts';

/** What a load learned of its hits, each of which carries a mark that no other one has. */
export interface Tally {
  sent: string[];
  /** Answered 202: they must be there. Any other one may be there, or not. */
  acknowledged: string[];
  /** Answers other than 202, as `503`, and with `no Retry-After` where that is missing. */
  refusals: string[];
  /** Requests that got no answer: the connection was lost. */
  lost: number;
}

export interface Load {
  readonly tally: Tally;
  /** Waits until so many more hits are acknowledged. */
  untilMore(count: number): Promise<void>;
  /** Can be called twice. */
  end(): Promise<Tally>;
}

const PATIENCE_MS = 40_000;

interface Answer {
  status: number;
  retryAfter: string | undefined;
}

/**
 * Page views and events over so many connections at once, for as long as the server is there.
 * @param restMs after each answer
 */
export function startLoad(
  server: Pick<BuiltServer, 'baseUrl'>,
  connections: number,
  origin: string,
  { restMs = 0 } = {},
): Load {
  const tally: Tally = { sent: [], acknowledged: [], refusals: [], lost: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let ended = false;

  const one = async (worker: number): Promise<void> => {
    for (let i = 0; !ended; i++) {
      const baseUrl = server.baseUrl();
      if (baseUrl === undefined) {
        await sleep(10);
        continue;
      }
      const mark = `${worker}-${i}`;
      tally.sent.push(mark);
      const answer = await post(agent, baseUrl, origin, bodyOf(worker, i, mark), worker);
      if (answer?.status === 202) tally.acknowledged.push(mark);
      else await note(answer);
      if (restMs > 0) await sleep(restMs);
    }
  };

  const note = async (answer: Answer | undefined): Promise<void> => {
    if (answer === undefined) tally.lost += 1;
    else tally.refusals.push(`${answer.status}${answer.retryAfter === undefined ? ' without Retry-After' : ''}`);
    await sleep(20);
  };

  const running = Promise.all(Array.from({ length: connections }, (_, worker) => one(worker)));
  return {
    tally,
    async untilMore(count) {
      const enough = tally.acknowledged.length + count;
      const giveUp = Date.now() + PATIENCE_MS;
      while (tally.acknowledged.length < enough) {
        if (Date.now() > giveUp) throw new Error(`hits are not acknowledged any more: ${tally.refusals.at(-1)}`);
        await sleep(5);
      }
    },
    async end() {
      ended = true;
      await running;
      agent.destroy();
      return tally;
    },
  };
}

function bodyOf(worker: number, i: number, mark: string): string {
  const url = `https://chaos.example/page-${(worker * 7 + i) % 20}`;
  const name = i % 9 === 8 ? 'Signup' : null;
  return JSON.stringify({ n: name, u: url, w: 1280, t: i % 5 === 0 ? 3 : null, p: { mark } });
}

/** Undefined: no answer came. */
function post(agent: Agent, baseUrl: string, origin: string, body: string, worker: number): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const headers = {
      origin,
      'content-length': Buffer.byteLength(body),
      'user-agent': `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + worker}.0) Gecko/20100101 Firefox/${100 + worker}.0`,
    };
    const sending = request(`${baseUrl}/api/event`, { agent, method: 'POST', headers, timeout: 30_000 }, (response) => {
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      });
      response.resume();
    });
    sending.on('timeout', () => sending.destroy(new Error('no answer')));
    sending.on('error', () => resolve(undefined));
    sending.end(body);
  });
}

/** Asks for the figures all the time while `end` was not called. Answers every status, as `Tally.refusals` has it. */
export function keepAsking(server: BuiltServer, path: string, headers: Record<string, string>) {
  const statuses: string[] = [];
  let ended = false;
  const asking = (async () => {
    while (!ended) {
      const baseUrl = server.baseUrl();
      if (baseUrl !== undefined) {
        await fetch(baseUrl + path, { headers, signal: AbortSignal.timeout(30_000) }).then(
          async (response) => {
            const body = await response.text();
            const isUnavailable = response.status === 503 && response.headers.has('retry-after');
            statuses.push(response.ok || isUnavailable ? String(response.status) : `${response.status} ${body}`);
          },
          () => statuses.push('lost'),
        );
      }
      await sleep(50);
    }
  })();
  return {
    async end(): Promise<string[]> {
      ended = true;
      await asking;
      return statuses;
    },
  };
}
