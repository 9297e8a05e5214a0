import { sql } from 'kysely';

import { createLogDatabase, type LogDatabase } from '../../../../../test/log/log-database.ts';
import type { Db } from '../../../../platform/database.ts';
import { createGeneration } from '../../../engine/generation.ts';
import { slicesOf } from '../../../facts/frontier.read.ts';
import { namesOf, type Names } from '../../../facts/names.ts';
import { CATALOG } from '../../../views.ts';
import { readBreakdown } from './breakdown.read.ts';
import { findTopPages } from './top-pages.read.ts';

const SITE = 1;
const [FROM, TO] = ['2026-06-01', '2026-07-04'];

describe('the pages with most visitors', () => {
  let log: LogDatabase;
  let db: Db;
  let names: Names;

  beforeAll(async () => {
    log = await createLogDatabase();
    db = log.open('owner').db;
    names = namesOf(await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' })));
    await sql`insert into ${names('term')} select ${sql.lit(SITE)}, n, '/' || n from generate_series(1, 300) n`.execute(db);
    await sql`insert into ${names('frontier')} values (${sql.lit(SITE)}, ${TO})`.execute(db);
    // June is closed. Six pages stand out, the fifth and sixth with a day or a month of few; the others have 1 to 32.
    const rows = (table: string, days: string) => sql`
      insert into ${names(table)} (site_id, day, path, visitors, visits, pageviews, ms, timed)
      select ${sql.lit(SITE)}, day::date, n, v, v + 1, v + 2, 1000 * v, v
      from unnest(${days}::date[]) day, generate_series(1, 300) n, lateral (
        select case when n <= 4 then 900 - n when n = 5 and day = '2026-07-02' then 3
          when n = 6 and day = '2026-06-01' then 30 when n <= 6 then 500 else n % 32 + 1 end as v) x`;
    await rows('pages_month', '{2026-06-01}').execute(db);
    await rows('pages_day', '{2026-07-01,2026-07-02,2026-07-03,2026-07-04}').execute(db);
  });

  afterAll(() => log.close());

  const read = (limit: number) =>
    readBreakdown(db, names, { siteId: SITE, metric: 'pathname', from: FROM, to: TO, limit });
  const find = (limit: number) =>
    findTopPages(db, names, { siteId: SITE, metric: 'pathname', limit }, slicesOf(FROM, TO, TO));

  it.each([1, 4, 6, 7, 50])('are the first %d of all, with all that they have', async (limit) => {
    expect(await read(limit)).toEqual((await read(1_000)).slice(0, limit));
  });

  it('are found without the others where these cannot come near them, and only there', async () => {
    expect((await find(6))?.length).toBe(6);
    expect((await find(7))?.length).toBeGreaterThan(6); // now those count that have a row of four or more
    expect(await find(300)).toBeNull();
  });
});
