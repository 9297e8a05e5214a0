import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { readHead } from '../../src/log/head.ts';
import { openDatabase, type Database, type DatabaseOptions, type Db } from '../../src/platform/database.ts';
import type { Catalog } from '../../src/projections/catalog.ts';
import { createProjector, PROJECTOR_SETTINGS, type Projector } from '../../src/projections/engine/projector.ts';
import { readServing, type Serving } from '../../src/projections/engine/status.read.ts';
import type { Step } from '../../src/projections/engine/step.ts';
import { CATALOG } from '../../src/projections/views.ts';

export interface ProjectorOptions {
  /** Name of its connection, by which a test can find it. */
  name?: string;
  catalog?: Catalog;
  maxBatch?: number;
  deafMs?: number;
}

export interface RunningProjector extends Projector {
  /** What it said besides. */
  readonly notices: string[];
  /** What it told its operator. */
  readonly errors: string[];
  /** Batches that it folded. */
  readonly folded: Step[];
}

/** A database whose log is folded as a worker does it. */
export interface Projections {
  /** Of the owner. */
  readonly db: Db;
  /** One connection, with the settings of a projector. */
  openFolding(name: string, options?: Partial<DatabaseOptions>): Database;
  startProjector(options?: ProjectorOptions): RunningProjector;
  /** Stops the projectors and closes all connections. */
  close(): Promise<void>;
}

export function projectionsOf(url: string): Projections {
  const opened: Database[] = [];
  const projectors: Projector[] = [];
  const open = (applicationName: string, max: number, options: Partial<DatabaseOptions> = {}): Database => {
    // A connection that a test ends is no error of the test: what runs on it rejects besides.
    const database = openDatabase({ url, role: 'owner', max, applicationName, onError: () => undefined, ...options });
    opened.push(database);
    return database;
  };
  const openFolding = (name: string, options: Partial<DatabaseOptions> = {}): Database =>
    open(name, 1, { settings: PROJECTOR_SETTINGS, ...options });
  return {
    db: open('antics test', 4).db,
    openFolding,
    startProjector({ name = 'antics test projector', catalog = CATALOG, maxBatch, deafMs } = {}) {
      const errors: string[] = [];
      const notices: string[] = [];
      const folded: Step[] = [];
      const projector = createProjector({
        database: openFolding(name),
        catalog,
        ...(maxBatch === undefined ? {} : { maxBatch }),
        ...(deafMs === undefined ? {} : { deafMs }),
        onNotice: (message) => notices.push(message),
        onError: (message) => errors.push(message),
        onStep: (_generation, step) => void (step.kind === 'folded' && folded.push(step)),
      });
      projectors.push(projector);
      projector.start();
      return { ...projector, errors, notices, folded };
    },
    async close() {
      await Promise.all(projectors.map((projector) => projector.stop()));
      await Promise.all(opened.map((database) => database.close()));
    },
  };
}

/** Waits until what serves stands at the head of the log. */
export async function untilCaughtUp(db: Db, patienceMs = 30_000): Promise<Serving> {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    const head = Number(await readHead(db));
    const serving = await readServing(db);
    if (serving?.position === head) return serving;
    if (Date.now() > giveUp) throw new Error(`the projections stand at ${serving?.position}, the log at ${head}`);
    await sleep(50);
  }
}

/** Ends the connections of that name, as an operator or a failover does. Answers how many there were. */
export async function endConnections(db: Db, name: string): Promise<number> {
  const { rows } = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = ${name} and datname = current_database()`.execute(db);
  return rows.length;
}
