import { sql } from 'kysely';

import { createLogDatabase, type LogDatabase } from '../../../../../test/log/log-database.ts';
import type { Db } from '../../../../platform/database.ts';
import { createGeneration } from '../../../engine/generation.ts';
import { namesOf, type Names } from '../../../facts/names.ts';
import { CATALOG } from '../../../views.ts';
import { KINDS } from './kinds.ts';
import { readVitals } from './vitals.read.ts';

const SITE = 1;
const [FROM, TO] = ['2026-06-01', '2026-07-04'];

describe('the vitals of the pages with most views', () => {
  let log: LogDatabase;
  let db: Db;
  let names: Names;

  beforeAll(async () => {
    log = await createLogDatabase();
    db = log.open('owner').db;
    names = namesOf(await db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' })));
    await sql`insert into ${names('term')} select ${sql.lit(SITE)}, p, '/' || p from generate_series(1, 300) p`.execute(db);
    await sql`insert into ${names('frontier')} values (${sql.lit(SITE)}, ${TO})`.execute(db);
    // June is closed. Six pages stand out, the fifth with few on a day and the sixth, which has more all the same, in June.
    // The seventh stands out in June alone, and is behind many of the others, which have 1 to 32.
    const rows = (table: string, days: string) => sql`
      insert into ${names(table)} (site_id, day, path, vital, value, n)
      select ${sql.lit(SITE)}, day::date, p, m + k.kind, case k.kind when ${sql.lit(KINDS.page)} then 100 * m + p else 0 end, x.n
      from unnest(${days}::date[]) day, generate_series(1, 300) p, generate_series(1, 3) m,
        unnest(array[${sql.lit(KINDS.page)}, ${sql.lit(KINDS.views)}]) k(kind), lateral (
        select case when p <= 4 then 900 - p + m when p = 5 and day = '2026-07-02' then 3
          when p = 6 then case day when '2026-06-01' then 30 else 499 end when p = 5 then 500
          when p = 7 and day = '2026-06-01' then 40 when p = 7 then 1 else p % 32 + 1 end as n) x`;
    await rows('vitals_month', '{2026-06-01}').execute(db);
    await rows('vitals_day', '{2026-07-01,2026-07-02,2026-07-03,2026-07-04}').execute(db);
  });

  afterAll(() => log.close());

  const read = async (limit: number) =>
    (await readVitals(db, names, { siteId: SITE, from: FROM, to: TO, limit })).pages;

  it.each([1, 4, 5, 6, 7, 50])('are those of the first %d of all, whichever way they are found', async (limit) => {
    const all = await read(1_000);
    expect(all).toHaveLength(300);
    expect(all[0]).toEqual({ pathname: '/1', lcp: 101, inp: 201, cls: 0.0301, views: 5 * 902 });
    expect(await read(limit)).toEqual(all.slice(0, limit));
  });
});
