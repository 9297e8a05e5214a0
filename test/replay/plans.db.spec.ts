import { sql } from 'kysely';
import { simulate } from '../../src/cli/simulate/simulate.ts';
import type { SessionSettings } from '../../src/platform/connection-options.ts';
import { openDatabase, type Database, type Db } from '../../src/platform/database.ts';
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

function openFolding(url: string, settings: SessionSettings = {}): Database {
  return openDatabase({
    url,
    max: 1,
    applicationName: 'antics test fold',
    settings: { ...PROJECTOR_SETTINGS, ...settings },
    onError: () => undefined,
  });
}

interface Plan {
  'Node Type': string;
  'Parent Relationship'?: string;
  'Subplan Name'?: string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

/** The relations that are gone through for each row of what is around: such a plan takes the square of the time. */
function repeatedScans(plan: Plan, text: string, repeated = false): string[] {
  const name = plan['Subplan Name'] ?? '';
  const isRepeated =
    repeated || (plan['Parent Relationship'] === 'SubPlan' && !name.startsWith('CTE') && !text.includes(`hashed ${name}`));
  const here = isRepeated && plan['Node Type'] === 'Seq Scan' ? [`${plan['Relation Name']} by ${name || 'a subplan'}`] : [];
  return [...here, ...(plan.Plans ?? []).flatMap((child) => repeatedScans(child, text, isRepeated))];
}

/** By statement of what a connection has prepared. */
async function plansOf(db: Db): Promise<{ statement: string; scans: string[] }[]> {
  const { rows } = await sql<{ name: string; statement: string }>`
    select name, statement from pg_prepared_statements where name like 'fold%'`.execute(db);
  const plans = [];
  for (const { name, statement } of rows) {
    const explained = await sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>`
      explain (format json, verbose) execute ${sql.ref(name)}`.execute(db);
    const [{ Plan: plan }] = explained.rows[0]!['QUERY PLAN'];
    plans.push({ statement, scans: repeatedScans(plan, JSON.stringify(plan)) });
  }
  return plans;
}

describe('a fold', () => {
  it.each(Object.entries(PLANS))('equals the recount of the log where the server %s', async (_name, settings) => {
    const database = await createTestDatabase();
    const { db, close } = projectionsOf(database.url);
    const folding = openFolding(database.url, settings);
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

  it('goes through no table once for each row of another', async () => {
    const database = await createTestDatabase();
    const { db, close } = projectionsOf(database.url);
    const folding = openFolding(database.url);
    try {
      const { generation } = await ensureServing(db, CATALOG);
      await simulate(db, { hits: 2_000, days: 1, sites: 1, seed: 5, actor: 'cli:test' });
      await foldStep(folding.db, generation, { catalog: CATALOG, maxBatch: 1_000 });
      await foldStep(folding.db, generation, { catalog: CATALOG, maxBatch: 1_000 });
      const plans = await plansOf(folding.db);
      expect(plans.length).toBeGreaterThan(20);
      expect(plans.filter(({ scans }) => scans.length > 0)).toEqual([]);
    } finally {
      await Promise.all([folding.close(), close()]);
      await database.drop();
    }
  });
});
