import { Gauge, type Registry } from 'prom-client';
import type { Database } from './platform/database.ts';
import { readRebuilds, type RebuildProgress } from './projections/rebuild/rebuilds.read.ts';

/** A scrape must answer soon whatever the database does. */
const PATIENCE_MS = 2_000;

/** Metrics of the rebuilds that are under way, by name: `all`, or a view's. None of a name where none is. */
export function addRebuildMetrics(registry: Registry, { db }: Database): void {
  let asked: Promise<RebuildProgress[]> | undefined;
  const ask = async (): Promise<RebuildProgress[]> => {
    const late = Promise.withResolvers<RebuildProgress[]>();
    const timer = setTimeout(() => late.resolve([]), PATIENCE_MS);
    try {
      return (await Promise.race([readRebuilds(db), late.promise])).filter(({ state }) => state === 'running');
    } catch {
      return []; // antics_database_up tells
    } finally {
      clearTimeout(timer);
      asked = undefined;
    }
  };
  const gauge = (name: string, help: string, pick: (progress: RebuildProgress) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['name'],
      registers: [registry],
      async collect() {
        const rebuilds = await (asked ??= ask());
        this.reset();
        for (const rebuild of rebuilds) this.set({ name: rebuild.name }, pick(rebuild));
      },
    });
  };
  gauge('antics_rebuild_progress_ratio', 'How much of a rebuild is built, from 0 to 1', (r) => r.ratio);
  gauge('antics_rebuild_hits', 'Hits that a rebuild has dealt with', (r) => r.done);
  gauge('antics_rebuild_hits_total', 'Hits that a rebuild has to deal with', (r) => r.total);
  gauge('antics_rebuild_hits_per_second', 'Hits that a rebuild deals with a second', (r) => r.rate);
  gauge('antics_rebuild_eta_seconds', 'Until a rebuild is built; NaN: not known', (r) => r.eta_seconds ?? NaN);
}
