import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';
import { createGeneration } from '../../src/projections/engine/generation.ts';
import { PROJECTOR_SETTINGS } from '../../src/projections/engine/projector.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { CATALOG, VIEWS } from '../../src/projections/views.ts';
import { createLogDatabase } from '../log/log-database.ts';
import type { Folder, Row } from './folder.ts';
import type { Workshop } from './hold.ts';
import { readsOfGeneration } from './projection-reads.ts';

const MAX_BATCH = 1_000_000;

// The dictionaries are left out: what is never read of them depends on the batch, as a row of a known bot brings none.
const TABLES = ['hit', 'visit', 'exclusion', ...VIEWS.flatMap((view) => view.tables)];

/** A database of its own and the real engine over it. A restart is a new connection: temporary tables are gone. */
export async function openProjectionWorkshop(): Promise<Workshop> {
  const log = await createLogDatabase();
  const { db } = log.open('owner');
  const generations = new Map<Folder, number>();

  const folderOf = (generation: number): Folder => {
    let connection = log.open('owner', 1, PROJECTOR_SETTINGS);
    const folder: Folder = {
      tables: TABLES,
      async foldUpTo(position) {
        const options = { catalog: CATALOG, maxBatch: MAX_BATCH, target: position };
        if ((await positionOf(db, generation)) >= position) return;
        const step = await foldStep(connection.db, generation, options);
        if (step.kind === 'busy' || step.position !== position) throw new Error(`not folded up to ${position}`);
      },
      async rows(table) {
        const { rows } = await sql<Row>`select * from ${namesOf(generation)(table)}`.execute(db);
        return rows;
      },
      async restarted() {
        await connection.close();
        connection = log.open('owner', 1, PROJECTOR_SETTINGS);
        return folder;
      },
    };
    generations.set(folder, generation);
    return folder;
  };

  return {
    db,
    engine: {
      newGeneration: async () =>
        folderOf(await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }))),
    },
    readsOf: (folder) => readsOfGeneration(db, namesOf(generations.get(folder) ?? 0)),
    close: log.close,
  };
}

async function positionOf(db: Db, generation: number): Promise<bigint> {
  const row = await db
    .selectFrom('projections')
    .select('position')
    .where('generation', '=', generation)
    .executeTakeFirstOrThrow();
  return BigInt(row.position);
}
