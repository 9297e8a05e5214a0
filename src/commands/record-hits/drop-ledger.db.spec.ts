import { sql } from 'kysely';

import { given } from '../../../test/given.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { dropLedger } from './drop-ledger.ts';

const NOW = Date.parse('2026-03-01T22:30:00Z');

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

describe('the ledger of drops', () => {
  const setUp = () => {
    const lines: string[] = [];
    let now = NOW;
    const ledger = dropLedger({
      db: writer.db,
      clock: () => (now += 1000),
      log: { warn: (line: unknown) => void lines.push(String(line)) } as never,
      baseUrl: () => 'http://127.0.0.1:8480',
    });
    return { ledger, lines };
  };
  const listed = () => owner.db.executeQuery<{ host: string; hits: string }>(
    sql`select host, hits from refused_hosts order by last_seen desc`.compile(owner.db),
  );

  it('adds up by site, day and reason', async () => {
    const { ledger } = setUp();
    for (let i = 0; i < 3; i++) ledger.count(41, '2026-03-01', 'gpc');
    ledger.count(41, '2026-03-01', 'excluded_ip');
    await ledger.flush();
    ledger.count(41, '2026-03-01', 'gpc');
    ledger.count(41, '2026-03-02', 'gpc');
    await ledger.flush();
    const { rows } = await sql`select day, reason, hits from drop_counts where site_id = 41 order by 1, 2`.execute(owner.db);
    expect(rows).toEqual([
      { day: '2026-03-01', reason: 'excluded_ip', hits: '1' },
      { day: '2026-03-01', reason: 'gpc', hits: '4' },
      { day: '2026-03-02', reason: 'gpc', hits: '1' },
    ]);
  });

  it('keeps the 20 hosts that were refused last, and none that has become a site', async () => {
    const { ledger } = setUp();
    await given(owner.db).site({ domain: 'h29.example' });
    for (let i = 0; i < 15; i++) ledger.refuse(`h${i}.example`);
    await ledger.flush();
    for (let i = 10; i < 30; i++) ledger.refuse(`h${i}.example`);
    ledger.refuse('h28.example');
    await ledger.flush();
    const { rows } = await listed();
    expect(rows).toHaveLength(19);
    expect(rows.slice(0, 2)).toEqual([{ host: 'h28.example', hits: '2' }, { host: 'h27.example', hits: '1' }]);
    expect(rows.find((row) => row.host === 'h12.example')?.hits).toBe('2');
    expect(rows.map((row) => row.host)).not.toContain('h9.example');
  });

  it('says once a host how to add it', () => {
    const { ledger, lines } = setUp();
    for (let i = 0; i < 3; i++) ledger.refuse('shop.example:8080');
    expect(lines).toEqual([
      'hits of shop.example:8080 are refused: it is no site yet. To add it: ' +
        'curl -X POST http://127.0.0.1:8480/api/sites -H "Authorization: Bearer $KEY" ' +
        `-H 'Content-Type: application/json' -d '{"domain":"shop.example:8080"}'`,
    ]);
    for (let i = 0; i < 2_000; i++) ledger.refuse(`n${i}.example`);
    expect(lines).toHaveLength(1_001);
  });

  it('keeps what it could not write', async () => {
    const { ledger } = setUp();
    await sql`alter table drop_counts rename to drop_counts_away`.execute(owner.db);
    ledger.count(42, '2026-03-01', 'gpc');
    await ledger.flush();
    await sql`alter table drop_counts_away rename to drop_counts`.execute(owner.db);
    ledger.count(42, '2026-03-01', 'gpc');
    await ledger.flush();
    const { rows } = await sql`select hits from drop_counts where site_id = 42`.execute(owner.db);
    expect(rows).toEqual([{ hits: '2' }]);
  });
});
