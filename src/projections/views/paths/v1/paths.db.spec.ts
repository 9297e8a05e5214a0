import { sql } from 'kysely';

import { createLogDatabase, type LogDatabase } from '../../../../../test/log/log-database.ts';
import type { Db } from '../../../../platform/database.ts';
import { createGeneration } from '../../../engine/generation.ts';
import { namesOf, type Names } from '../../../facts/names.ts';
import { CATALOG } from '../../../views.ts';
import { readPaths } from './paths.read.ts';

const SITE = 1;

describe('the most taken paths', () => {
  let log: LogDatabase;
  let db: Db;
  let names: Names;

  beforeAll(async () => {
    log = await createLogDatabase();
    db = log.open('owner').db;
    names = namesOf(await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' })));
    await sql`insert into ${names('term')} select ${sql.lit(SITE)}, n, '/' || n from generate_series(1, 400) n`.execute(db);
    // Ten days: five paths that many take, some that two take now and then, and hundreds that are somebody's alone.
    await sql`insert into ${names('paths_day')} (site_id, day, sequence, visitors, visits, steps)
      select ${sql.lit(SITE)}, date '2026-06-01' + d, n, v, v + n % 3, array[n]
      from generate_series(0, 9) d, generate_series(1, 400) n,
        lateral (select case when n <= 5 and d <> 3 then 7 + n when n between 6 and 40 then 1 + (n + d) % 2 else 1 end as v) x
      where n <= 40 or (n + d) % 4 = 0`.execute(db);
  });

  afterAll(() => log.close());

  const top = (limit: number, from = '2026-06-01', to = '2026-06-10') =>
    readPaths(db, names, { siteId: SITE, from, to, limit });

  it.each([1, 3, 5, 6, 20, 40, 100])('are the first %d of all, whichever way they are added up', async (limit) => {
    const all = await top(1_000);
    expect(all.length).toBeGreaterThan(300);
    expect(await top(limit)).toEqual(all.slice(0, limit));
  });

  it('count those days, too, on which a path was one visitor’s alone', async () => {
    const [first] = await top(1, '2026-06-03', '2026-06-05');
    expect(first).toEqual({ steps: ['/5'], visitors: 25, visits: 31 });
  });
});
