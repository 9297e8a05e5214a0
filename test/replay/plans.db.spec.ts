import { simulate } from '../../src/cli/simulate/simulate.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { PROJECTOR_SETTINGS } from '../../src/projections/engine/projector.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { projectionsOf, untilCaughtUp } from './projections-of.ts';

// The server chooses a plan by what it knows of a batch, which differs from batch to batch. A fold that depends on the
// order in which rows happen to come is right under one plan and wrong under another.
const PLANS = {
  'groups by sorting': { enable_hashagg: 'off' },
  'groups by hashing': { enable_sort: 'off', enable_incremental_sort: 'off' },
  'joins by sorting': { enable_hashjoin: 'off', enable_nestloop: 'off' },
  'joins by hashing': { enable_mergejoin: 'off', enable_nestloop: 'off' },
};

describe('a fold', () => {
  it.each(Object.entries(PLANS))('equals the recount of the log where the server %s', async (_name, settings) => {
    const database = await createTestDatabase();
    const { db, close } = projectionsOf(database.url);
    const folding = openDatabase({
      url: database.url,
      max: 1,
      applicationName: 'antics test fold',
      settings: { ...PROJECTOR_SETTINGS, ...settings },
      onError: () => undefined,
    });
    try {
      const { generation } = await ensureServing(db, CATALOG);
      await simulate(db, { hits: 2_000, days: 2, sites: 2, seed: 5, actor: 'cli:test' });
      for (const maxBatch of [900, 300, 10_000]) {
        await foldStep(folding.db, generation, { catalog: CATALOG, maxBatch });
      }
      expect(await compareWithOracle(db, await untilCaughtUp(db, 0))).toBeGreaterThan(500);
    } finally {
      await Promise.all([folding.close(), close()]);
      await database.drop();
    }
  });
});
