import { Counter, type Registry } from 'prom-client';
import { clientOf } from '../../domain/client.ts';
import type { Cidr } from '../../domain/ip.ts';
import type { Headers } from '../../domain/rules/v1/agent/headers.ts';
import { TooMany } from '../../platform/errors.ts';
import { rateLimit, type MonotonicClock, type Rate, type RateLimit } from '../../platform/rate-limit.ts';

/** Whom a request is charged to: somebody known; an address that nobody known came from; one that showed wrong keys. */
export type ChargedTo = 'identity' | 'address' | 'wrong_key';

/** What may be asked of all but `POST /api/event`, counted in this process. */
export interface RequestLimits {
  /** @throws TooMany */
  take(by: ChargedTo, key: string | null): void;
  /** Whether one could be taken. @throws TooMany */
  check(by: ChargedTo, key: string | null): void;
  /** Charges for what has been answered already. */
  charge(by: ChargedTo, key: string | null): void;
  /** Of a request, as the intake of hits finds it. null: not to be told apart. */
  clientOf(headers: Headers, peer: string): string | null;
}

export interface RequestLimitsOptions {
  /** null: no limits. */
  readonly rate: Rate | null;
  readonly trusted: readonly Cidr[];
  readonly metrics: Registry;
  readonly clock?: MonotonicClock;
}

const CHARGED_TO: readonly ChargedTo[] = ['identity', 'address', 'wrong_key'];

export function createRequestLimits(o: RequestLimitsOptions): RequestLimits {
  const refused = new Counter({
    name: 'antics_requests_limited_total',
    help: 'Requests that were answered 429, hits not among them, by whom they were charged to',
    labelNames: ['by'],
    registers: [o.metrics],
  });
  const limits = new Map<ChargedTo, RateLimit>(CHARGED_TO.map((by) => [by, rateLimit(o.rate, o.clock)]));
  for (const by of CHARGED_TO) refused.inc({ by }, 0);

  const refuse = (by: ChargedTo, seconds: number): void => {
    if (seconds === 0) return;
    refused.inc({ by });
    throw new TooMany('Too many requests. Try again later.', seconds);
  };
  return {
    take: (by, key) => refuse(by, key === null ? 0 : (limits.get(by)?.take(key) ?? 0)),
    check: (by, key) => refuse(by, key === null ? 0 : (limits.get(by)?.wait(key) ?? 0)),
    charge: (by, key) => void (key !== null && limits.get(by)?.take(key)),
    clientOf: (headers, peer) => (o.rate === null ? null : clientOf(headers, peer, o.trusted)),
  };
}
