import { setTimeout as sleep } from 'node:timers/promises';

import type { Db } from '../../src/platform/database.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { readSummaries } from '../../src/projections/views/summary/v1/summary.read.ts';
import { pageView, type GivenSite } from '../given.ts';

/** Something that goes on until it is told to end. */
export interface Meanwhile<T> {
  end(): Promise<T>;
}

function repeat(run: () => Promise<void>, everyMs: number): Meanwhile<void> {
  let ended = false;
  const loop = (async () => {
    while (!ended) {
      await run();
      await sleep(everyMs);
    }
  })();
  return {
    end() {
      ended = true;
      return loop;
    },
  };
}

/** Page views of a few visitors who come again and again. Answers how many there were. */
export function keepVisiting(site: GivenSite): Meanwhile<number> {
  let count = 0;
  const visiting = repeat(async () => {
    const hits = Array.from({ length: 1 + (count % 3) }, (_, i) =>
      pageView(`/${(count + i) % 7}`, { visitor: `visitor ${(count + i) % 11}` }),
    );
    await site.append(...hits);
    count += hits.length;
  }, 5);
  return { end: async () => visiting.end().then(() => count) };
}

export interface Look {
  generation: number;
  position: number;
  /** Page views as read, and in the log up to that position. */
  read: number;
  logged: number;
}

/** Reads the figures of a site all the time, as a request does: the pointer and the figures in one snapshot. */
export function keepReading(db: Db, site: GivenSite): Meanwhile<Look[]> {
  const looks: Look[] = [];
  const reading = repeat(async () => {
    looks.push(await look(db, site));
  }, 5);
  return { end: async () => reading.end().then(() => looks) };
}

async function look(db: Db, site: GivenSite): Promise<Look> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const serving = await readServing(tx);
      if (serving === null) throw new Error('nothing serves');
      const { generation, position } = serving;
      const always = { from: '2000-01-01', to: '2100-01-01' };
      const [summary] = await readSummaries(tx, serving.names, site.siteId, [always]);
      const { logged } = await tx
        .selectFrom('log_hits')
        .select((eb) => eb.fn.countAll<string>().as('logged'))
        .where('site_id', '=', site.siteId)
        .where('position', '<=', String(position))
        .executeTakeFirstOrThrow();
      return { generation, position, read: summary?.pageviews ?? 0, logged: Number(logged) };
    });
}
