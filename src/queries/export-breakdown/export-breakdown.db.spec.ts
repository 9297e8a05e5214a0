import { ensureServing } from '../../projections/engine/generation.ts';
import { CATALOG } from '../../projections/views.ts';
import { given } from '../../../test/given.ts';
import { createLogDatabase, type LogDatabase } from '../../../test/log/log-database.ts';
import { createBreakdownExports } from './export-breakdown.ts';

let log: LogDatabase;
beforeAll(async () => {
  log = await createLogDatabase();
  await ensureServing(log.open('owner').db, CATALOG);
});
afterAll(() => log.close());

describe('exports of a breakdown', () => {
  it('occupy at most two connections at once, and give them back when closed, read or not', async () => {
    const { id: siteId } = await given(log.open('owner').db).site();
    const reader = log.open('reader');
    const start = createBreakdownExports(reader.db);
    const ask = () => start({ siteId, period: '30d', metric: 'os' }, Date.now());
    const [one, two] = [await ask(), await ask()];
    expect(reader.counts()).toMatchObject({ total: 2, idle: 0 });
    await expect(ask()).rejects.toMatchObject({ code: 'exports_busy' });

    await one.close();
    await one.close();
    const three = await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'exports_busy' });
    for await (const row of three.rows) expect(row).toBeUndefined();
    await Promise.all([two.close(), three.close()]);
    expect(reader.counts()).toMatchObject({ total: 2, idle: 2 });
    await (await ask()).close();
  });

  it('count nothing that was refused', async () => {
    const start = createBreakdownExports(log.open('reader').db);
    for (let i = 0; i < 5; i += 1) {
      await expect(start({ siteId: 'x', period: '30d', metric: 'os' }, Date.now())).rejects.toMatchObject({
        code: 'not_found',
      });
    }
  });

  it('hold no transaction open while nobody reads', async () => {
    const { id: siteId } = await given(log.open('owner').db).site();
    const reader = log.open('reader', 2);
    const running = await createBreakdownExports(reader.db)({ siteId, period: '30d', metric: 'os' }, Date.now());
    const { rows } = await log
      .open('owner')
      .withConnection((connection) =>
        connection.query<{ state: string }>(
          `select distinct state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
        ),
      );
    expect(rows).toEqual([{ state: 'idle' }]);
    await running.close();
  });
});
