import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { eraseSite } from '../../src/commands/erase-site/erase-site.ts';
import { eraseSites } from '../../src/jobs/erase-sites.ts';
import { appendEvent } from '../../src/log/append-event.ts';
import { blankHits, blankPrivate, noteDeletions, readErasures, type Erasure } from '../../src/log/erasure.ts';
import { sealSegment } from '../../src/log/segments/seal.ts';
import { pageView, type GivenSite } from '../given.ts';
import { openSealedLog, type SealedLog } from './sealed-log.ts';

// Positions: 1, 2 SiteCreated; 3 bob's SiteChanged; 4..19 hits, ann's two and bob's two in turn; 20 ann's SiteChanged.
let sealed: SealedLog;
beforeAll(async () => {
  sealed = await openSealedLog();
});
afterEach(() => sealed.restore());
afterAll(() => sealed.log.close());

async function remove(site: GivenSite): Promise<Erasure> {
  await sealed.db.transaction().execute(async (tx) => {
    await tx.deleteFrom('sites').where('site_id', '=', site.siteId).execute();
    await appendEvent(tx, {
      ...{ stream: `site:${site.id}`, expectedVersion: null, type: 'SiteDeleted', schemaVersion: 1 },
      ...{ actor: 'user:ann', commandId: randomUUID(), command: 'DeleteSite', site: site.id },
      data: { id: site.id, site_id: site.siteId },
    });
    await noteDeletions(tx);
  });
  return erasureOf(site);
}

async function erasureOf(site: GivenSite): Promise<Erasure> {
  const found = (await readErasures(sealed.db)).find(({ siteId }) => siteId === site.siteId);
  if (found === undefined) throw new Error('no erasure');
  return found;
}

const blankUpTo = async (site: GivenSite, to: bigint): Promise<void> => {
  const erasure = await erasureOf(site);
  await sealed.db.transaction().execute((tx) => blankHits(tx, erasure, to));
};

async function finish(site: GivenSite): Promise<void> {
  const { position } = await erasureOf(site);
  await blankUpTo(site, position);
  const erasure = await erasureOf(site);
  await sealed.db.transaction().execute((tx) => eraseSite(tx, erasure, Date.now()));
}

const keys = async (): Promise<unknown> => {
  const { rows } = await sql`select site_id from log_site_keys order by site_id`.execute(sealed.db);
  const { rows: ofPrivate } = await sql`select position from log_private_keys order by position`.execute(sealed.db);
  return [...rows, ...ofPrivate];
};

describe('a log with an erased site', () => {
  it('is intact, says what is gone and why, and has no key to it any more', async () => {
    const { ann, bob } = sealed;
    await ann.append(pageView('/blank before it is sealed'));
    await remove(ann);
    await finish(ann);
    const { rows } = await sql<{ position: string }>`
      select position from log_events where type = 'SiteErased'`.execute(sealed.db);
    expect(await sealed.verify()).toMatchObject({
      intact: true,
      erased: [{ site_id: ann.siteId, id: ann.id, domain: 'ann.example', rows: 8, position: Number(rows[0]?.position) }],
    });
    expect(await keys()).toEqual([{ site_id: bob.siteId }, { position: '3' }]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ intact: true, erased: [{ rows: 8 }], unsealed: { positions: 0 } });
    expect(await keys()).toEqual([{ site_id: bob.siteId }, { position: '3' }]);
  });

  it('is intact at every step of the erasure, whatever is sealed meanwhile', async () => {
    const { ann, bob } = sealed;
    await ann.append(pageView('/unsealed'), pageView('/unsealed'));
    await remove(ann);
    expect(await sealed.verify()).toMatchObject({ intact: true, erased: [], unsealed: { positions: 3 } });
    for (const to of [4n, 5n]) {
      await blankUpTo(ann, to);
      expect(await sealed.verify()).toMatchObject({ intact: true, erased: [{ rows: Number(to) - 3, position: null }] });
    }
    // What is sealed of a deleted site gets no key: the others of its digests could not be checked with it.
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ intact: true, segments: 3, unsealed: { positions: 0 } });
    await blankUpTo(ann, 12n);
    await sealed.db.transaction().execute((tx) => blankPrivate(tx, ann.siteId));
    expect(await sealed.verify()).toMatchObject({ intact: true, erased: [{ rows: 5, position: null }] });
    await finish(ann);
    expect(await sealed.verify()).toMatchObject({ intact: true, erased: [{ rows: 10 }] });
    expect(await keys()).toEqual([{ site_id: bob.siteId }, { position: '3' }]);
  });

  it('is intact at every moment of an erasure that sealing goes on beside', async () => {
    const { ann, bob, db } = sealed;
    for (let i = 0; i < 20; i++) {
      await ann.append(pageView('/a'), pageView('/b'));
      await bob.append(pageView('/a'), pageView('/b'));
    }
    await remove(ann);
    const log = { info: () => undefined };
    const erasing = { done: false };
    const erase = eraseSites({ owner: db, clock: Date.now, log, restMs: 0, chunk: 5 }).finally(() => (erasing.done = true));
    const seal = async (): Promise<void> => {
      while (!erasing.done) await sealSegment(db, { size: 3, ageMs: 0 });
    };
    const found: unknown[] = [];
    const verify = async (): Promise<void> => {
      while (!erasing.done) found.push((await sealed.verify()).problems);
    };
    await Promise.all([erase, seal(), verify()]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ intact: true, erased: [{ site_id: ann.siteId }] });
    expect(found.flat()).toEqual([]);
    expect(await keys()).toEqual([{ site_id: bob.siteId }, { position: '3' }]);
  });

  it.each([
    ['another site’s hit changed', `update log_hits set pathname = '/never' where position = 14`, /^of 4 hits|^of 5 hits/],
    [
      'another site’s hit blanked',
      `update log_hits set site_id = 0, visitor = 0, agent_id = 0, occurred_at = 'epoch', day = 'epoch', hour = 0,
        hostname = '', pathname = '', referrer = null, verdict = null where position = 14`,
      /5 hits sealed, 4 there/,
    ],
    ['a blank hit filled', `update log_hits set pathname = '/never' where position = 12`, /erased hits are not blank: 12/],
    ['a blank hit back at its site', `update log_hits set site_id = 1 where position = 12`, /1 hit there, though the site was erased/],
    ['a blank hit deleted', `delete from log_hits where position = 12`, /3 hits blank, and erasures on record explain 4/],
    ['the time of a blank hit changed', `update log_hits set recorded_at = recorded_at + interval '1 s' where position = 12`, /time or the position of an erased hit/],
    ['the deletion taken back', `delete from log_events where type in ('SiteDeleted', 'SiteErased')`, /4 hits sealed, 0 there/],
  ])('is found with %s', async (_, statement, message) => {
    await remove(sealed.ann);
    await finish(sealed.ann);
    await sealed.tamper(statement);
    const { intact, problems } = await sealed.verify();
    expect(intact).toBe(false);
    expect(problems[0]?.segment).toBe(statement.includes('log_events') ? 1 : 2);
    expect(problems.map((problem) => problem.message)).toContainEqual(expect.stringMatching(message));
  });

  it('does not let a site be erased that nobody deleted', async () => {
    await sealed.tamper(`update log_hits set site_id = 0, visitor = 0, agent_id = 0, occurred_at = 'epoch', day = 'epoch', hour = 0,
      hostname = '', pathname = '', width = null, duration_ms = null, scroll = null, verdict = null, country = null,
      query = null, click_id = null, referrer = null, name = null, props = null, vitals = null,
      interactive = null, revenue = null, via = null where site_id = ${sealed.ann.siteId}`);
    await sealed.tamper(`delete from log_site_keys where site_id = ${sealed.ann.siteId}`);
    const { intact, problems } = await sealed.verify();
    expect(intact).toBe(false);
    expect(problems.filter(({ site }) => site?.id === sealed.ann.id).map(({ segment }) => segment)).toEqual([1, 2]);
  });
});

describe('a log of which retention took a part', () => {
  const trim = async (before: number): Promise<void> => {
    await appendEvent(sealed.db, {
      ...{ stream: 'log', expectedVersion: null, type: 'LogTrimmed', schemaVersion: 1, actor: 'system', commandId: randomUUID() },
      data: { before: String(before), hits: '7' },
    });
  };

  it('is intact, and says since when it can be replayed', async () => {
    await sealed.tamper('delete from log_hits where position < 11');
    expect((await sealed.verify()).intact).toBe(false);
    await trim(11);
    expect(await sealed.verify()).toMatchObject({
      ...{ intact: true, hits: 9, events: 4, replayable_since: 11 },
      trimmed: { before: 11, position: 21, segments: 1, hits: 7 },
    });
  });

  it('misses hits that it did not take, and finds changed events of what it took', async () => {
    await trim(11);
    await sealed.tamper('delete from log_hits where position < 10');
    expect((await sealed.verify()).problems).toMatchObject([{ segment: 1 }, { segment: 1 }, { segment: 1 }]);
    await sealed.tamper('delete from log_hits where position < 12');
    expect((await sealed.verify()).problems).toMatchObject([{ segment: 2 }, { segment: 2 }]);
    await sealed.restore();
    await trim(11);
    await sealed.tamper('delete from log_hits where position < 11');
    await sealed.tamper(`update log_events set actor = 'user:bob' where position = 1`);
    expect((await sealed.verify()).problems).toMatchObject([{ kind: 'events', segment: 1 }]);
  });
});
