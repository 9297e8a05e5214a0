import { Counter, Gauge, Histogram, register, type Registry } from 'prom-client';
import { DROP_REASONS, type DropReason } from './drop-reasons.ts';

/** `malformed`: refused before it was a hit; the others as `Accepted` has them. */
export type HitLabel =
  | DropReason
  | 'recorded'
  | 'invalid'
  | 'malformed'
  | 'no_key'
  | 'overloaded'
  | 'limited_client'
  | 'limited_site';

export interface IngestMetrics {
  countHit(outcome: HitLabel): void;
  observeAppend(hits: number, seconds: number): void;
}

const LABELS: readonly HitLabel[] = [
  'recorded',
  ...(Object.keys(DROP_REASONS) as DropReason[]),
  'invalid',
  'malformed',
  'no_key',
  'overloaded',
  'limited_client',
  'limited_site',
];

/**
 * Metrics of ingestion. Labels are a closed set: no site, path or user agent is in one.
 *
 * @param depth hits that wait for their commit
 * @param forwarded whether a peer that is not trusted sent X-Forwarded-For
 */
export function ingestMetrics(
  o: { depth: () => number; forwarded: () => boolean },
  registry: Registry = register,
): IngestMetrics {
  const registers = [registry];
  const hits = new Counter({
    name: 'antics_hits_total',
    help: 'Hits by what became of them: recorded, the reason why dropped, or refused',
    labelNames: ['outcome'],
    registers,
  });
  // Bound once: finding the child by its labels costs more than all else here.
  const children = new Map(LABELS.map((outcome) => [outcome, hits.labels({ outcome })]));
  for (const child of children.values()) child.inc(0);
  const batch = new Histogram({
    name: 'antics_append_hits',
    help: 'Hits in one append to the log',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const seconds = new Histogram({
    name: 'antics_append_seconds',
    help: 'Time from sending an append to its COMMIT',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  new Gauge({
    name: 'antics_hits_waiting',
    help: 'Hits that wait for their commit',
    registers,
    collect() {
      this.set(o.depth());
    },
  });
  new Gauge({
    name: 'antics_forwarded_by_untrusted',
    help: '1: a peer outside of ANTICS_TRUSTED_PROXIES sent X-Forwarded-For, so that all its visitors look like one',
    registers,
    collect() {
      this.set(o.forwarded() ? 1 : 0);
    },
  });
  return {
    countHit: (outcome) => children.get(outcome)?.inc(),
    observeAppend(count, time) {
      batch.observe(count);
      seconds.observe(time);
    },
  };
}
