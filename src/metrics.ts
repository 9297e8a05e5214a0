import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { readHead } from './log/head.ts';
import { readSealedHead, readUnsealed } from './log/segments/seal.ts';
import type { Database } from './platform/database.ts';
import type { GenerationState } from './projections/engine/projections.tables.ts';
import { countParked, readServing } from './projections/engine/status.read.ts';
import { countGenerations } from './projections/operate/list.read.ts';
import { readChecks } from './projections/recount/checks.read.ts';
import { addRebuildMetrics } from './rebuild-metrics.ts';

/** A scrape must answer soon whatever the database does. */
const PATIENCE_MS = 2_000;

/**
 * The metrics of a process. Labels are closed sets.
 * @param reader role `reader`
 * @param pools by the name to show
 */
export function createMetrics(reader: Database, pools: Readonly<Record<string, Database>>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const figures = scraped(reader);
  const gauge = (name: string, help: string, pick: (figures: Figures) => number): void => {
    const collect = async function (this: Gauge): Promise<void> {
      this.set(pick(await figures()));
    };
    new Gauge({ name, help, registers: [registry], collect });
  };
  gauge('antics_database_up', '1: the database answers; else the figures that it knows are NaN', (f) => f.up);
  gauge('antics_log_head', 'The last position of the log', (f) => f.head);
  gauge('antics_log_sealed_position', 'The last position that is sealed', (f) => f.sealedPosition);
  gauge('antics_log_segment', 'The number of the last segment', (f) => f.segment);
  gauge('antics_log_unsealed_seconds', 'Age of the oldest row that is not sealed', (f) => f.unsealedSeconds);
  new Gauge({
    name: 'antics_log_head_info',
    help: 'The hash over all that is sealed, to be kept elsewhere',
    labelNames: ['hash'],
    registers: [registry],
    async collect() {
      const { hash } = await figures();
      this.reset();
      if (hash !== undefined) this.set({ hash }, 1);
    },
  });
  gauge('antics_projection_position', 'The last position in the figures that are served', (f) => f.position);
  gauge('antics_projection_lag_seconds', 'Seconds since the figures last stood at the head of the log', (f) => f.lag);
  gauge('antics_projection_parked', 'Hits that could not be folded: an alarm above 0', (f) => f.parked);
  gauge('antics_projection_suspended', 'Views that answer nothing until a rebuild', (f) => f.suspended);
  new Counter({
    name: 'antics_projection_mismatch_total',
    help: 'Figures that the nightly recount found not to be what the log says: an alarm where it grows',
    registers: [registry],
    async collect() {
      const { mismatches } = await figures();
      if (Number.isNaN(mismatches)) return; // what was known last: a counter that fell would look like a restart
      this.reset();
      this.inc(mismatches);
    },
  });
  gauge('antics_projection_check_timestamp_seconds', 'When the last nightly recount of a day ended', (f) => f.checkedAt);
  new Gauge({
    name: 'antics_projection_generations',
    help: 'Generations of facts, by what they are for',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { generations } = await figures();
      for (const [state, count] of Object.entries(generations)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'antics_pool_connections',
    help: 'Connections to the database, and requests that wait for one',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, database] of Object.entries(pools)) {
        const { total, idle, waiting } = database.counts();
        this.set({ pool, state: 'busy' }, total - idle);
        this.set({ pool, state: 'idle' }, idle);
        this.set({ pool, state: 'waiting' }, waiting);
      }
    },
  });
  addRebuildMetrics(registry, reader);
  return registry;
}

interface Figures {
  up: number;
  head: number;
  sealedPosition: number;
  segment: number;
  unsealedSeconds: number;
  hash: string | undefined;
  position: number;
  lag: number;
  parked: number;
  suspended: number;
  generations: Readonly<Record<GenerationState, number>>;
  mismatches: number;
  checkedAt: number;
}

const NO_FIGURES = { building: NaN, ready: NaN, serving: NaN, previous: NaN };

const UNKNOWN: Figures = {
  up: 0,
  head: NaN,
  ...{ sealedPosition: NaN, segment: NaN, unsealedSeconds: NaN, hash: undefined },
  ...{ position: NaN, lag: NaN, parked: NaN, suspended: NaN, generations: NO_FIGURES, mismatches: NaN, checkedAt: NaN },
};

/** Asks once a scrape, whose gauges are collected at the same time. */
function scraped(reader: Database): () => Promise<Figures> {
  let asked: Promise<Figures> | undefined;
  const ask = async (): Promise<Figures> => {
    const late = Promise.withResolvers<Figures>();
    const timer = setTimeout(() => late.resolve(UNKNOWN), PATIENCE_MS);
    try {
      return await Promise.race([readFigures(reader), late.promise]);
    } catch {
      return UNKNOWN; // which is the figure, and an alarm
    } finally {
      clearTimeout(timer);
      asked = undefined;
    }
  };
  return () => (asked ??= ask());
}

async function readFigures({ db }: Database): Promise<Figures> {
  const head = Number(await readHead(db));
  const serving = await readServing(db);
  const sealed = await readSealedHead(db);
  const checks = await readChecks(db);
  return {
    up: 1,
    head,
    sealedPosition: sealed?.position ?? 0,
    segment: sealed?.segment ?? 0,
    unsealedSeconds: (await readUnsealed(db)).seconds,
    hash: sealed?.hash,
    position: serving?.position ?? NaN,
    lag: serving?.lagSeconds ?? NaN,
    parked: await countParked(db),
    suspended: serving?.suspended.length ?? NaN,
    generations: await countGenerations(db),
    mismatches: checks.mismatches,
    checkedAt: checks.checkedAt ?? NaN,
  };
}
