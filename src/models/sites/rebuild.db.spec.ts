import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import type { CommandContext } from '../../commands/command-context.ts';
import { createFolder } from '../../commands/create-folder/create-folder.ts';
import { createSite } from '../../commands/create-site/create-site.ts';
import { deleteFolder } from '../../commands/delete-folder/delete-folder.ts';
import { deleteSite } from '../../commands/delete-site/delete-site.ts';
import { issueApiKey } from '../../commands/issue-api-key/issue-api-key.ts';
import { moveSite } from '../../commands/move-site/move-site.ts';
import { updateFolder } from '../../commands/update-folder/update-folder.ts';
import { updateSite } from '../../commands/update-site/update-site.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { systemClock } from '../../platform/clock.ts';
import { openDatabase, type Database, type Tx } from '../../platform/database.ts';
import { Conflict, InvalidInput, NotFound } from '../../platform/errors.ts';
import { rebuildApiKeys } from '../api-keys/api-key.fold.ts';
import { rebuildFolders } from '../folders/folder.fold.ts';
import { rebuildSites } from './site.fold.ts';

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const options = { url: testDatabase.url, max: 6, applicationName: 'test', onError: () => undefined };
  database = openDatabase({ ...options, role: 'writer' });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const ROOT: CommandContext = { actor: { name: 'cli:test', kind: 'cli' } };
const root = { sight: EVERYTHING, visitors: null };
const enqueue = (): Promise<void> => Promise.resolve();

/** The same numbers from the same seed, in 0..1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One of a series of decisions, on whatever is there by then or was there before. */
async function decide(random: () => number, made: { sites: string[]; folders: string[] }): Promise<void> {
  const { db } = database;
  const below = (n: number): number => Math.floor(random() * n);
  const one = (list: readonly string[]): string => list[below(list.length)] ?? 'none';
  const [site, folder, n] = [one(made.sites), one(made.folders), below(1_000)];
  switch (below(9)) {
    case 0:
    case 1: {
      const folder_id = random() < 0.5 ? null : folder;
      const fields = { domain: `${n}-${made.sites.length}.example`, folder_id: folder_id === 'none' ? null : folder_id };
      made.sites.push((await createSite(db, fields, ROOT, systemClock)).id);
      return;
    }
    case 2: {
      const fields = { name: `Folder ${n}`, authelia_group: random() < 0.5 ? null : `group ${n}`, account: null };
      made.folders.push((await createFolder(db, { folder: fields }, ROOT, systemClock)).id);
      return;
    }
    case 3: {
      const isPublic = random() < 0.5;
      const update = { name: `Site ${n}`, public: isPublic, excluded_paths: [`/${n}`], respect_gpc: !isPublic };
      await updateSite(db, { ...root, id: site, update }, ROOT, systemClock);
      return;
    }
    case 4: {
      const query_keys = random() < 0.5 ? [] : ['q'];
      const update = { excluded_ips: [`10.0.0.${n % 250}`], query_keys, timezone: 'Asia/Tokyo', aliases: [`a${n % 40}`, `b${n}`] };
      await updateSite(db, { ...root, id: site, update }, ROOT, systemClock);
      return;
    }
    case 5:
      await moveSite(db, { ...root, id: site, folderId: random() < 0.2 ? null : folder }, ROOT, systemClock);
      return;
    case 6: {
      const update = random() < 0.5 ? { name: `Other ${n}` } : { authelia_group: random() < 0.5 ? null : `g${n}` };
      await updateFolder(db, { id: folder, update, account: null }, ROOT, systemClock);
      return;
    }
    case 7:
      if (random() < 0.5) await deleteSite(db, { ...root, id: site }, ROOT, systemClock, enqueue);
      else await deleteFolder(db, { id: folder, account: null }, ROOT, systemClock);
      return;
    default: {
      const key = { name: 'x', scopes: ['stats:read'], site_ids: [...new Set([site, one(made.sites)])] };
      await issueApiKey(db, key, { scopes: ['admin'], sight: EVERYTHING }, ROOT, systemClock);
    }
  }
}

async function tables(tx: Tx) {
  return {
    sites: await tx.selectFrom('sites').selectAll().orderBy('id').execute(),
    aliases: await tx.selectFrom('site_aliases').selectAll().orderBy('alias').execute(),
    folders: await tx.selectFrom('folders').selectAll().orderBy('id').execute(),
    keys: await tx.selectFrom('api_keys').selectAll().orderBy('id').execute(),
  };
}

it.each([1, 2, 3])('after many decisions at once the log gives the same rows again: series %d', async (seed) => {
  const random = randomFrom(seed);
  const made = { sites: [] as string[], folders: [] as string[] };
  for (let round = 0; round < 25; round += 1) {
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => decide(random, made)));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      // Of what is gone meanwhile, or another site's.
      const { reason } = outcome as { reason: unknown };
      if (![NotFound, InvalidInput, Conflict].some((error) => reason instanceof error)) throw reason;
    }
  }
  await database.db.updateTable('api_keys').set({ last_used_at: new Date(0) }).where('name', '=', 'x').execute();
  const inline = await tables(database.db);
  expect([inline.sites.length, inline.folders.length].every((n) => n > 3)).toBe(true);
  const rebuilt = await database.db.transaction().execute(async (tx) => {
    await rebuildSites(tx);
    await rebuildFolders(tx);
    await rebuildApiKeys(tx);
    return tables(tx);
  });
  expect(rebuilt).toEqual(inline);
});
