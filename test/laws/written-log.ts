import { randomUUID } from 'node:crypto';

import fc from 'fast-check';

import type { ArbitraryLog } from '../arbitrary/log.ts';
import { given, type GivenSite } from '../given.ts';
import { appendEvent } from '../../src/log/append-event.ts';
import { appendHits } from '../../src/log/append-hits.ts';
import type { NewHit } from '../../src/log/hit.ts';
import { readHead } from '../../src/log/head.ts';
import type { Db } from '../../src/platform/database.ts';
import { readLog, type LogRow } from '../oracle/log-row.ts';

/** An arbitrary log that is in the database now. */
export interface WrittenLog {
  sites: GivenSite[];
  /** The whole log. */
  rows: LogRow[];
  head: bigint;
}

/** How many of something each of a sequence of batches takes; the last one repeats. */
export const arbitraryBatches = (most = 12): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: 20 });

/** Makes new sites and appends the arrivals in their order, in batches of these sizes. */
export async function writeLog(db: Db, log: ArbitraryLog, batches: readonly number[]): Promise<WrittenLog> {
  const sites: GivenSite[] = [];
  for (const timezone of log.zones) sites.push(await given(db).site({ timezone }));
  let hits: NewHit[] = [];
  const append = async (): Promise<void> => {
    if (hits.length > 0) await appendHits(db, randomUUID(), hits);
    hits = [];
  };
  let i = 0;
  for (const part of split(log.arrivals, batches)) {
    for (const { site, hit } of part) {
      const changes = (log.changes ?? []).filter(({ before }) => before === i);
      if (changes.length > 0) await append();
      for (const change of changes) await excludePaths(db, sites[change.site], change.patterns);
      hits.push(...((await sites[site]?.newHits(hit)) ?? []));
      i += 1;
    }
    await append();
  }
  return { sites, rows: await readLog(db), head: await readHead(db) };
}

/** The event of the command that changes a site's excluded paths. */
export async function excludePaths(db: Db, site: GivenSite | undefined, patterns: readonly string[]): Promise<void> {
  if (site === undefined) throw new Error('there is no such site');
  await appendEvent(db, {
    stream: `site:${site.id}`,
    expectedVersion: null,
    type: 'SiteChanged',
    schemaVersion: 1,
    actor: 'system',
    commandId: randomUUID(),
    site: site.id,
    data: { id: site.id, site_id: site.siteId, changes: { excluded_paths: [...patterns] } },
  });
}

/** Positions at which to stop on the way from `from` (not included) to `to` (the last one). */
export function stops(from: bigint, to: bigint, batches: readonly number[]): bigint[] {
  const all: bigint[] = [];
  for (let at = from, i = 0; at < to; i++) {
    at += BigInt(batches[Math.min(i, batches.length - 1)] ?? 1);
    all.push(at < to ? at : to);
  }
  return all;
}

function split<T>(list: readonly T[], batches: readonly number[]): T[][] {
  const ends = stops(0n, BigInt(list.length), batches).map(Number);
  return ends.map((end, i) => list.slice(ends[i - 1] ?? 0, end));
}
