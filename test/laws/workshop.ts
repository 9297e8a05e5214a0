import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';
import { BUILD_SETTINGS } from '../../src/projections/build/build.ts';
import { newestViews, type Catalog } from '../../src/projections/catalog.ts';
import { createGeneration } from '../../src/projections/engine/generation.ts';
import { PROJECTOR_SETTINGS } from '../../src/projections/engine/projector.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import type { pagesReads } from '../../src/projections/views/pages/pages.read.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { createLogDatabase } from '../log/log-database.ts';
import { buildInPieces } from './build-in-pieces.ts';
import type { Folder, Row } from './folder.ts';
import type { Workshop } from './hold.ts';
import { readsOfGeneration } from './projection-reads.ts';

const MAX_BATCH = 1_000_000;

// The dictionaries are left out: what is never read of them depends on the batch, as a row of a known bot brings none.
const FACTS = ['hit', 'visit', 'exclusion'];

/** A database of its own and the real engine over it. A restart is a new connection: temporary tables are gone. */
export async function openProjectionWorkshop(catalog: Catalog = CATALOG): Promise<Workshop> {
  const views = newestViews(catalog);
  const tables = [...FACTS, ...views.flatMap((view) => view.tables)];
  const pagesVersion = views.find(({ name }) => name === 'pages')?.version as keyof typeof pagesReads;
  const log = await createLogDatabase();
  const { db } = log.open('owner');
  const generations = new Map<Folder, number>();

  const folderOf = (generation: number): Folder => {
    let connection = log.open('owner', 1, PROJECTOR_SETTINGS);
    const folder: Folder = {
      tables,
      async foldUpTo(position) {
        const options = { catalog, maxBatch: MAX_BATCH, target: position };
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
        folderOf(await db.transaction().execute((tx) => createGeneration(tx, catalog, { state: 'ready' }))),
    },
    async rebuiltUpTo(head) {
      const generation = await db.transaction().execute((tx) => createGeneration(tx, catalog, { state: 'building' }));
      const lanes = [1, 2].map(() => log.open('owner', 1, BUILD_SETTINGS));
      // So small that they cut through all that belongs together.
      await buildInPieces(lanes, { generation, head, range: 7, most: 4, catalog });
      await Promise.all(lanes.map((lane) => lane.close()));
      const built = { state: 'ready' as const, position: head };
      await db.updateTable('projections').set(built).where('generation', '=', generation).execute();
      await db.updateTable('projection_views').set({ state: 'ready' }).where('facts', '=', generation).execute();
      return folderOf(generation);
    },
    readsOf: (folder) => readsOfGeneration(db, namesOf(generations.get(folder) ?? 0), 3, pagesVersion),
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
