import { createSite } from '../../commands/create-site/create-site.ts';
import { agentIds } from '../../log/agents.ts';
import type { SiteRow } from '../../models/sites/site.read.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { appendTraffic } from './append.ts';
import { allUserAgents } from './people.ts';
import type { Profile } from './places.data.ts';
import { firstProfiles } from './profiles.ts';
import { simulateTraffic } from './traffic.ts';

const DAY_MS = 86_400_000;

export interface SimulateOptions {
  /** Rows to append to the log, exactly. */
  hits: number;
  /** The window ends now. */
  days: number;
  sites: number;
  seed: number;
  /** Pages of the largest site. Default: as many as a site of that traffic has, at most 20,000. */
  paths?: number | undefined;
  actor: string;
  signal?: AbortSignal | undefined;
  onProgress?: (appended: number, reached: number) => void;
}

export interface SimulatedSite {
  siteId: number;
  id: string;
  domain: string;
  timezone: string;
  isNew: boolean;
}

export interface Simulated {
  sites: SimulatedSite[];
  appended: number;
  rejected: number;
  seconds: number;
}

/** Makes the sites that are missing and appends traffic to all of them, through the same door as live hits. */
export async function simulate(db: Db, o: SimulateOptions): Promise<Simulated> {
  const started = performance.now();
  const profiles = firstProfiles(o.sites);
  const sites = await ensureSites(db, profiles, o.actor);
  const end = Date.now();
  const traffic = simulateTraffic({
    sites: sites.map(({ siteId, timezone }, i) => ({
      siteId,
      // An operator may have changed the time zone: the log's days are those of the site as it is.
      profile: { ...(profiles[i] as Profile), timezone },
    })),
    hits: o.hits,
    window: { start: end - o.days * DAY_MS, end },
    paths: o.paths ?? pathsFor(o.hits),
    seed: o.seed,
    agentIds: await agentIds(db, allUserAgents()),
  });
  const { appended, rejected } = await appendTraffic({
    db,
    hits: traffic,
    signal: o.signal,
    ...(o.onProgress && { onProgress: o.onProgress }),
  });
  return { sites, appended, rejected, seconds: (performance.now() - started) / 1000 };
}

/** 2,000 at 300,000 hits, 20,000 from 3 million on. */
function pathsFor(hits: number): number {
  return Math.min(20_000, Math.max(60, Math.round(hits / 150)));
}

type FoundSite = Pick<SiteRow, 'site_id' | 'id' | 'domain' | 'timezone'>;

async function ensureSites(db: Db, profiles: readonly Profile[], actor: string): Promise<SimulatedSite[]> {
  const domains = profiles.map((profile) => profile.domain);
  const known = await findSites(db, domains);
  const sites: SimulatedSite[] = [];
  for (const { domain, name, timezone } of profiles) {
    const found = known.get(domain);
    const site = found ?? (await createSite(db, { domain, name, timezone }, { actor: { name: actor, kind: 'cli' } }, systemClock));
    sites.push({ siteId: site.site_id, id: site.id, domain, timezone: site.timezone, isNew: !found });
  }
  return sites;
}

/** Sites that are there, by domain. */
export async function findSites(db: Db, domains: readonly string[]): Promise<Map<string, FoundSite>> {
  const columns = ['site_id', 'id', 'domain', 'timezone'] as const;
  const rows = await db.selectFrom('sites').select(columns).where('domain', 'in', domains).execute();
  return new Map(rows.map((row) => [row.domain, row]));
}
