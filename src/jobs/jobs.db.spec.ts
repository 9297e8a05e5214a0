import { sql } from 'kysely';
import { given, pageView } from '../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { saltFor } from '../log/salts.ts';
import { openDatabase, type Database } from '../platform/database.ts';
import { createGeneration } from '../projections/engine/generation.ts';
import { namesOf } from '../projections/facts/names.ts';
import { pruneLive } from '../projections/views/live/v1/live.prune.ts';
import { CATALOG } from '../projections/views.ts';
import { destroyExpiredSalts, forgetBatches } from './jobs.ts';

let testDatabase: TestDatabase;
let owner: Database;
let writer: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const options = { url: testDatabase.url, max: 2, applicationName: 'test', onError: () => undefined };
  owner = openDatabase(options);
  writer = openDatabase({ ...options, role: 'writer' });
});
afterAll(async () => {
  await owner.close();
  await writer.close();
  await testDatabase.drop();
});

it('destroys the salts whose time is over, and the log says which', async () => {
  const now = Date.parse('2026-03-02T09:00:00Z');
  await saltFor(writer.db, 1, '2026-02-28', new Date(now - 1));
  await saltFor(writer.db, 2, '2026-02-28', new Date(now));
  await saltFor(writer.db, 1, '2026-03-01', new Date(now + 1));
  const run = () => destroyExpiredSalts({ writer: writer.db, clock: () => now });
  await run();
  await run(); // nothing is left to tell
  expect(await owner.db.selectFrom('salts').select('day').execute()).toEqual([{ day: '2026-03-01' }]);
  const events = await owner.db.selectFrom('log_events').select('data').where('type', '=', 'SaltsDestroyed').execute();
  expect(events).toHaveLength(1);
  const { salts } = events[0]?.data as { salts: unknown[] };
  expect(salts).toHaveLength(2);
  expect(salts).toEqual(expect.arrayContaining([{ site_id: 1, day: '2026-02-28' }, { site_id: 2, day: '2026-02-28' }]));
});

it('forgets batches after an hour', async () => {
  await sql`insert into log_batches values (gen_random_uuid(), 1, 1, '{}', now() - interval '61 minutes'),
    (gen_random_uuid(), 2, 2, '{}', now() - interval '59 minutes')`.execute(owner.db);
  await forgetBatches(writer.db);
  const left = await owner.db.selectFrom('log_batches').select('first_position').execute();
  expect(left).toEqual([{ first_position: '2' }]);
});

it('removes visitors who were last seen 25 hours before the place where the figures stand', async () => {
  const generation = await owner.db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'ready' }));
  const live = namesOf(generation)('live');
  const { lastPosition } = await (await given(owner.db).site()).append(pageView('/'));
  await sql`insert into ${live} (visitor, last_at, site_id) values (1, now() - interval '25 hours 1 minute', 1),
    (2, now() - interval '24 hours 59 minutes', 1)`.execute(owner.db);
  const visitors = async () => (await sql`select visitor from ${live} order by 1`.execute(owner.db)).rows;
  await pruneLive(owner.db);
  expect(await visitors()).toEqual([{ visitor: '1' }, { visitor: '2' }]); // it stands at nothing yet
  const at = { position: String(lastPosition) };
  await owner.db.updateTable('projections').set(at).where('generation', '=', generation).execute();
  await pruneLive(owner.db);
  expect(await visitors()).toEqual([{ visitor: '2' }]);
});
