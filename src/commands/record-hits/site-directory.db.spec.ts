import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';

import { given } from '../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { appendEvent } from '../../log/append-event.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import { siteDirectory, type SiteDirectory } from './site-directory.ts';

const silent = { warn: () => undefined, info: () => undefined };

let clone: TestDatabase;
let owner: Database;
let writer: Database;
beforeAll(async () => {
  clone = await createTestDatabase();
  const options = { url: clone.url, max: 4, applicationName: 'antics test', onError: () => undefined };
  owner = openDatabase(options);
  writer = openDatabase({ ...options, role: 'writer' });
});
afterAll(async () => {
  await writer.close();
  await owner.close();
  await clone.drop();
});

/** As a command would: the row, and the event that tells of it. */
async function change(id: string, statement: ReturnType<typeof sql>): Promise<void> {
  await owner.db.transaction().execute(async (tx) => {
    await statement.execute(tx);
    await appendEvent(tx, {
      stream: `site:${id}`,
      expectedVersion: null,
      type: 'ApiKeyRevoked', // whatever it is: the directory goes by the stream
      schemaVersion: 1,
      actor: 'system',
      commandId: randomUUID(),
      data: { id },
    });
  });
}

describe('the directory of sites', () => {
  const open = async (): Promise<SiteDirectory> => {
    const directory = siteDirectory(writer.db, silent);
    await directory.start();
    return directory;
  };

  it('knows all sites from the start, as the edge needs them', async () => {
    const site = await given(owner.db).site({ domain: 'known.example', timezone: 'Asia/Kathmandu' });
    await sql`
      update sites set excluded_ips = '{10.0.0.0/8,nonsense}', excluded_paths = '{/private/*}', query_keys = '{q}',
        respect_gpc = true where site_id = ${site.siteId}`.execute(owner.db);
    const directory = await open();
    const known = directory.get('known.example');
    directory.stop();
    expect(known).toMatchObject({
      siteId: site.siteId,
      id: site.id,
      domain: 'known.example',
      timezone: 'Asia/Kathmandu',
      queryKeys: ['q'],
      respectGpc: true,
    });
    expect(known?.excludedIps.map((cidr) => cidr.text)).toEqual(['10.0.0.0/8']);
    expect(known?.isExcludedPath('/private/x')).toBe(true);
  });

  it('finds a new site at the first question, even right after it was none', async () => {
    const directory = await open();
    expect(await directory.find('late.example')).toBeUndefined();
    const { siteId } = await given(owner.db).site({ domain: 'late.example' });
    expect(directory.get('late.example')).toBeUndefined();
    expect((await directory.find('late.example'))?.siteId).toBe(siteId);
    directory.stop();
  });

  it('follows changes and deletions within a second, without being asked', async () => {
    const { id, siteId } = await given(owner.db).site({ domain: 'changing.example' });
    const directory = await open();
    await change(id, sql`update sites set excluded_paths = '{/x}' where site_id = ${siteId}`);
    await sleep(900);
    expect(directory.get('changing.example')?.isExcludedPath('/x')).toBe(true);
    await change(id, sql`delete from sites where site_id = ${siteId}`);
    await sleep(900);
    expect(directory.get('changing.example')).toBeUndefined();
    directory.stop();
  });

  it('finds a site by its domain in any spelling, its id, and its aliases, which follow changes', async () => {
    const { id, siteId } = await given(owner.db).site({ domain: 'named.example' });
    const other = await given(owner.db).site({ domain: 'other-named.example' });
    await change(id, sql`update sites set aliases = '{e676c9b4,other-named.example,old name}' where site_id = ${siteId}`);
    const directory = await open();
    const found = (name: string) => directory.named(name)?.siteId;
    for (const name of ['named.example', ' WWW.Named.example:443', id, id.toUpperCase(), 'E676c9b4', 'Old Name']) {
      expect([name, found(name)]).toEqual([name, siteId]);
    }
    // What a site is, goes before what another one is called.
    expect(found('other-named.example')).toBe(other.siteId);
    for (const name of ['', ' ', '__proto__', 'x'.repeat(60_000), '\0', '\ud800', 'old  name']) expect(found(name)).toBeUndefined();

    await change(id, sql`update sites set aliases = '{new}' where site_id = ${siteId}`);
    await change(other.id, sql`update sites set aliases = '{e676c9b4}' where site_id = ${other.siteId}`);
    await sleep(900);
    expect([found('new'), found('e676c9b4'), found('old name')]).toEqual([siteId, other.siteId, undefined]);
    await change(other.id, sql`delete from sites where site_id = ${other.siteId}`);
    await sleep(900);
    expect([found('e676c9b4'), found('other-named.example')]).toEqual([undefined, undefined]);
    directory.stop();
  });

  it('asks the database rarely, however many unknown hosts come', async () => {
    let queries = 0;
    const counted = openDatabase({ url: clone.url, max: 1, applicationName: 'antics test', onError: () => undefined });
    const execute = counted.db.getExecutor().executeQuery;
    counted.db.getExecutor().executeQuery = function (...args) {
      queries += 1;
      return execute.apply(this, args) as never;
    };
    const directory = siteDirectory(counted.db, silent);
    await directory.start();
    queries = 0;
    const started = performance.now();
    for (let i = 0; i < 5; i++) {
      await Promise.all(Array.from({ length: 200 }, (_, n) => directory.find(`no-${i}-${n}.example`)));
    }
    const looks = (performance.now() - started) / 50 + 2;
    directory.stop();
    await counted.close();
    expect(queries).toBeLessThanOrEqual(looks);
    expect(queries).toBeGreaterThan(0);
  });

  it('says so when the database is away, and goes on with what it knows', async () => {
    const away = openDatabase({ url: clone.url, max: 1, applicationName: 'antics test', onError: () => undefined });
    const { siteId } = await given(owner.db).site({ domain: 'kept.example' });
    const directory = siteDirectory(away.db, silent);
    await directory.start();
    await away.close();
    await expect(directory.find('else.example')).rejects.toThrow(Unavailable);
    expect(directory.get('kept.example')?.siteId).toBe(siteId);
    directory.stop();
  });
});
