import { sql } from 'kysely';

import type { Db } from '../../src/platform/database.ts';
import { placedIn, upTo } from '../log/positions.ts';
import { projectionsOf, untilCaughtUp } from '../replay/projections-of.ts';
import { compareWithOracle } from '../simulated/compare.ts';
import { ADMIN_KEY, type BuiltServer } from './built-server.ts';
import type { Tally } from './load.ts';

type Address = Pick<BuiltServer, 'baseUrl' | 'databaseUrl'>;

export const AUTHORIZED = { authorization: `Bearer ${ADMIN_KEY}` };

/** Registers a site and answers its id. */
export async function addSite(server: Pick<BuiltServer, 'baseUrl'>, domain: string): Promise<string> {
  const response = await fetch(`${server.baseUrl()}/api/sites`, {
    method: 'POST',
    headers: { ...AUTHORIZED, 'content-type': 'application/json' },
    body: JSON.stringify({ domain, timezone: 'Europe/Berlin' }),
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}

/**
 * What a crash must leave whole: each acknowledged hit is in the log, none is there twice and none was never sent;
 * positions have no hole; the projections stand at the head, and every read of theirs is what the log says.
 */
export async function expectWhole(server: Address, siteId: string, tally: Tally): Promise<void> {
  const projections = projectionsOf(server.databaseUrl);
  try {
    const { db } = projections;
    const stored = await storedMarks(db);
    const times = new Map<string, number>();
    for (const mark of stored) times.set(mark, (times.get(mark) ?? 0) + 1);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
    expect(tally.acknowledged.filter((mark) => !times.has(mark))).toEqual([]);
    const sent = new Set(tally.sent);
    expect(stored.filter((mark) => !sent.has(mark))).toEqual([]);

    const positions = (await placedIn(db)).map((placed) => placed.position);
    expect(positions).toEqual(upTo(positions.length));

    const serving = await untilCaughtUp(db);
    const { rows: parked } = await sql`select from projection_parked`.execute(db);
    expect([parked, serving.suspended]).toEqual([[], []]);
    expect(await compareWithOracle(db, serving)).toBeGreaterThan(100);

    const response = await fetch(`${server.baseUrl()}/api/stats/${siteId}?period=7d`, { headers: AUTHORIZED });
    const { summary } = (await response.json()) as { summary: { pageviews: number; events: number } };
    expect(summary.pageviews + summary.events).toBe(stored.length);
  } finally {
    await projections.close();
  }
}

async function storedMarks(db: Db): Promise<string[]> {
  const { rows } = await sql<{ mark: string }>`select props->>'mark' as mark from log_hits`.execute(db);
  return rows.map((row) => row.mark);
}
