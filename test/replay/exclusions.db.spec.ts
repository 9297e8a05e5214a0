import { sql } from 'kysely';

import { ensureServing } from '../../src/projections/engine/generation.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, pageView } from '../given.ts';
import { excludePaths } from '../laws/written-log.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { projectionsOf, untilCaughtUp } from './projections-of.ts';

it('gives a generation that was made before paths could be excluded the history that it folded past', async () => {
  const database = await createTestDatabase();
  const projections = projectionsOf(database.url);
  const { db } = projections;
  try {
    await ensureServing(db, CATALOG);
    const site = await given(db).site();
    await site.append(pageView('/a'), pageView('/b'));
    await excludePaths(db, site, ['/a']);
    const before = projections.startProjector();
    await untilCaughtUp(db);
    await before.stop();
    await sql`drop table ${namesOf(1)('exclusion')}`.execute(db);
    await ensureServing(db, CATALOG);
    projections.startProjector();
    await site.append(pageView('/a'), pageView('/b'), pageView('/a'));
    const serving = await untilCaughtUp(db);
    await compareWithOracle(db, serving);
    const { rows } = await sql`select pageviews from ${namesOf(1)('summary_day')}`.execute(db);
    expect(rows).toEqual([{ pageviews: 3 }]);
  } finally {
    await projections.close();
    await database.drop();
  }
});
