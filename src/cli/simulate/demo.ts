import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';

import { createSite } from '../../commands/create-site/create-site.ts';
import { readHead } from '../../log/head.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { readServing } from '../../projections/engine/status.read.ts';
import { firstProfiles } from './profiles.ts';
import { findSites, simulate, type Simulated } from './simulate.ts';

export const DEMO_HITS = 300_000;
const DEMO_DAYS = 90;
const DEMO_SEED = 1;

export interface DemoOptions {
  actor: string;
  signal?: AbortSignal | undefined;
  onProgress?: (appended: number, reached: number) => void;
  /** Default 300,000. */
  hits?: number;
}

export interface SeededDemo {
  id: string;
  domain: string;
  /** Null: the site had hits already. */
  simulated: Simulated | null;
}

/**
 * A public site `demo.example` with 90 days of traffic, so that a new server has numbers to show. Where the site has
 * hits already, nothing is added.
 */
export async function seedDemo(db: Db, o: DemoOptions): Promise<SeededDemo> {
  const [profile] = firstProfiles(1);
  if (profile === undefined) throw new Error('there is no site to show');
  const { domain, name, timezone } = profile;
  const found = (await findSites(db, [domain])).get(domain);
  if (found && (await hasHits(db, found.site_id))) return { id: found.id, domain, simulated: null };
  const site = found ?? (await createSite(db, { domain, name, timezone, public: true }, { actor: { name: o.actor, kind: 'cli' } }, systemClock));
  const simulated = await simulate(db, {
    hits: o.hits ?? DEMO_HITS,
    days: DEMO_DAYS,
    sites: 1,
    seed: DEMO_SEED,
    actor: o.actor,
    signal: o.signal,
    ...(o.onProgress && { onProgress: o.onProgress }),
  });
  return { id: site.id, domain, simulated };
}

/** Resolves once the figures hold what the log holds now, or when the signal says that nobody waits any more. */
export async function waitUntilFolded(db: Db, signal: AbortSignal): Promise<void> {
  const head = await readHead(db);
  while (!signal.aborted && BigInt((await readServing(db))?.position ?? 0) < head) await sleep(200);
}

/** The log has no index by site: this reads it up to the site's first hit, once, before a demo. */
async function hasHits(db: Db, siteId: number): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from log_hits where site_id = ${siteId}) as found`.execute(db);
  return rows[0]?.found ?? false;
}
