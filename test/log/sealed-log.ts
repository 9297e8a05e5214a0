import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { appendEvent } from '../../src/log/append-event.ts';
import { sealSegment } from '../../src/log/segments/seal.ts';
import type { Verification } from '../../src/log/segments/verification.ts';
import { verifyLog } from '../../src/log/segments/verify-log.ts';
import type { Db, Tx } from '../../src/platform/database.ts';
import { engagement, event, given, pageView, type GivenSite } from '../given.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';

const TABLES = [
  'log_hits',
  'log_events',
  'agents',
  'log_segments',
  'log_segment_sites',
  'log_segment_private',
  'log_site_keys',
  'log_private_keys',
  'sites',
  'erasures',
  'erasure_agents',
] as const;

/** A log of two sites in segments of ten positions, and who tampers with it. */
export interface SealedLog {
  readonly log: LogDatabase;
  /** Of the owner, who is a superuser here. */
  readonly db: Db;
  readonly ann: GivenSite;
  readonly bob: GivenSite;
  /** Seals whatever is there, ten positions at a time. */
  seal(): Promise<void>;
  verify(head?: string): Promise<Verification>;
  /** As somebody does it who may do everything, with the triggers off. */
  tamper(statement: string): Promise<void>;
  /** The log as it was when it was opened. */
  restore(): Promise<void>;
}

export async function openSealedLog(): Promise<SealedLog> {
  const log = await createLogDatabase();
  const { db } = log.open('owner');
  const ann = await given(db).site({ domain: 'ann.example' });
  const bob = await given(db).site({ domain: 'bob.example' });
  await db.transaction().execute((tx) => excludeAddresses(tx, bob));
  for (let i = 0; i < 4; i++) {
    await ann.append(
      pageView(`/${i}`, { query: 'utm_source=x', userAgent: 'ann browser', props: { b: '1', a: '2' } }),
      event('Signup', { country: 'DE', width: 300, vitals: { lcp: 1200.5 }, clickId: 'gclid' }),
    );
    await bob.append(pageView('/', { referrer: 'https://a.example', verdict: 1 }), engagement('/', 3, { scroll: 50 }));
  }
  await db.transaction().execute((tx) => excludeAddresses(tx, ann));
  const seal = async (): Promise<void> => {
    for (;;) if ((await sealSegment(db, { size: 10, ageMs: 0 })) === 'idle') return;
  };
  await seal();
  await sql`create schema kept`.execute(db);
  for (const table of TABLES) await sql.raw(`create table kept.${table} as table ${table}`).execute(db);

  const all = (change: string): string => TABLES.map((table) => `alter table ${table} ${change} trigger user;`).join('');
  const withoutTriggers = async (statements: string): Promise<void> => {
    await sql.raw(`begin; ${all('disable')} ${statements}; ${all('enable')} commit`).execute(db);
  };
  return {
    ...{ log, db, ann, bob, seal },
    verify: (head) => verifyLog({ db, chunk: 20, ...(head === undefined ? {} : { head }) }),
    tamper: withoutTriggers,
    restore: () =>
      withoutTriggers(TABLES.map((t) => `delete from ${t}; insert into ${t} select * from kept.${t}`).join(';')),
  };
}

/** An event with something private. */
async function excludeAddresses(tx: Tx, site: GivenSite): Promise<void> {
  await appendEvent(tx, {
    stream: `site:${site.id}`,
    expectedVersion: null,
    type: 'SiteChanged',
    schemaVersion: 1,
    actor: 'user:ann',
    commandId: randomUUID(),
    command: 'UpdateSite',
    site: site.id,
    data: { id: site.id, site_id: site.siteId, changes: {} },
    private: { after: { excluded_ips: ['203.0.113.7'] } },
  });
}
