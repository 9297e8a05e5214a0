import { sql } from 'kysely';
import { pathMatcher } from '../../domain/exclusion.ts';
import { canonicalHost } from '../../domain/host.ts';
import { type Cidr, parseCidrList } from '../../domain/ip.ts';
import { canonicalAlias } from '../../domain/site-lists.ts';
import { readHead } from '../../log/head.ts';
import type { Db } from '../../platform/database.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { ANSWER_MS, inTime } from './in-time.ts';

/** What the edge needs to know of a site. */
export interface DirectorySite {
  /** The key of the hits. */
  readonly siteId: number;
  /** The public id. */
  readonly id: string;
  /** Whose it is in managed mode; null: the operator's own. */
  readonly account: string | null;
  /** Canonical host. */
  readonly domain: string;
  readonly timezone: string;
  readonly excludedIps: readonly Cidr[];
  readonly isExcludedPath: (pathname: string) => boolean;
  readonly queryKeys: readonly string[];
  readonly respectGpc: boolean;
  /** Names besides the domain and the id, in small letters. */
  readonly aliases: readonly string[];
}

export interface SiteDirectory {
  /** Loads all sites, and follows their changes from then on. Rejects when the database is away. */
  start(): Promise<void>;
  stop(): void;
  get(host: string): DirectorySite | undefined;
  /** By domain in any spelling, public id, or alias: in this order, as an alias may be what another site is called. */
  named(name: string): DirectorySite | undefined;
  /**
   * Asks the database whether a host that is not known has become a site. The answer is never older than the call,
   * so that the first hit of a new site counts. Rejects with `Unavailable`.
   */
  find(host: string): Promise<DirectorySite | undefined>;
}

/** Sites change for every process within a second: twice that often they are looked at. */
const POLL_MS = 500;
/** Against what no event tells, such as a restored database. */
const RELOAD_MS = 60_000;
/** Hosts that nobody registered may come by the thousand: together they ask this often at most. */
const FIND_EVERY_MS = 50;
const MAX_FINDERS = 10_000;

interface SiteRow {
  site_id: number;
  id: string;
  account: string | null;
  domain: string;
  timezone: string;
  excluded_ips: string[];
  excluded_paths: string[];
  query_keys: string[];
  respect_gpc: boolean;
  aliases: string[];
}

/**
 * The sites by host, kept in memory. Changes are found by the log's events: their positions are in commit order, so
 * that nothing can appear before what was read last.
 */
export function siteDirectory(db: Db, log: Pick<Logger, 'warn' | 'info'>): SiteDirectory {
  let byHost = new Map<string, DirectorySite>();
  let byId = new Map<string, DirectorySite>();
  let byAlias = new Map<string, DirectorySite>();
  let position = 0n;
  let loadedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failing = false;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let startedAt = -Infinity;
  let finders = 0;

  const loadAll = async (): Promise<void> => {
    // First the position: what changes after it is read again.
    const head = await readHead(db);
    const rows = await readSites(db);
    const loaded = rows.map(toSite);
    byHost = new Map(loaded.map((site) => [site.domain, site]));
    byId = new Map(loaded.map((site) => [site.id, site]));
    byAlias = new Map(loaded.flatMap((site) => site.aliases.map((alias) => [alias, site] as const)));
    position = head;
    loadedAt = performance.now();
  };

  const loadChanges = async (): Promise<void> => {
    const { rows: events } = await sql<{ position: string; stream: string }>`
      select position, stream from log_events where position > ${position.toString()}::bigint order by position
      limit 1000`.execute(db);
    const last = events.at(-1);
    if (last === undefined) return;
    const ids = new Set(events.filter((e) => e.stream.startsWith('site:')).map((e) => e.stream.slice('site:'.length)));
    if (ids.size > 0) {
      const rows = await readSites(db, [...ids]);
      for (const id of ids) forget(id);
      for (const row of rows) enter(toSite(row));
    }
    position = BigInt(last.position);
  };

  const forget = (id: string): void => {
    const site = byId.get(id);
    byId.delete(id);
    if (site === undefined) return;
    byHost.delete(site.domain);
    for (const alias of site.aliases) if (byAlias.get(alias) === site) byAlias.delete(alias);
  };

  const enter = (site: DirectorySite): void => {
    byHost.set(site.domain, site);
    byId.set(site.id, site);
    for (const alias of site.aliases) byAlias.set(alias, site);
  };

  const look = async (): Promise<void> => {
    startedAt = performance.now();
    await inTime(startedAt - loadedAt > RELOAD_MS ? loadAll() : loadChanges(), ANSWER_MS);
  };

  /** One look that starts after this call; those who ask meanwhile share it. */
  const lookAnew = (): Promise<void> => {
    next ??= (async () => {
      await current?.catch(() => undefined); // told to who waits for that one
      const wait = startedAt + FIND_EVERY_MS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      current = next;
      next = undefined;
      await look();
    })();
    return next;
  };

  const poll = async (): Promise<void> => {
    try {
      await lookAnew();
      if (failing) log.info('sites are followed again');
      failing = false;
    } catch (e) {
      if (!failing) log.warn({ err: e }, 'changes of sites cannot be read now: the last known ones are used');
      failing = true;
    }
    if (!stopped) timer = setTimeout(() => void poll(), POLL_MS);
  };

  return {
    async start() {
      await loadAll();
      timer = setTimeout(() => void poll(), POLL_MS);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    get: (host) => byHost.get(host),
    named(name) {
      const plain = canonicalAlias(name);
      // As it stands first: most say just the domain, and taking a host apart costs as much as all the rest here.
      return byHost.get(plain) ?? byId.get(plain) ?? byHost.get(canonicalHost(plain) ?? '') ?? byAlias.get(plain);
    },
    async find(host) {
      if (finders >= MAX_FINDERS) return undefined;
      finders += 1;
      try {
        await lookAnew();
      } catch (e) {
        throw new Unavailable('log_unavailable', 'The site cannot be looked up now', 1, { cause: e });
      } finally {
        finders -= 1;
      }
      return byHost.get(host);
    },
  };
}

async function readSites(db: Db, ids?: readonly string[]): Promise<SiteRow[]> {
  const some = ids === undefined ? sql`` : sql`where id::text = any(${[...ids]}::text[])`;
  const { rows } = await sql<SiteRow>`
    select site_id, id, account, domain, timezone, excluded_ips, excluded_paths, query_keys, respect_gpc, aliases
    from sites ${some}`.execute(db);
  return rows;
}

function toSite(row: SiteRow): DirectorySite {
  // Checked when they were entered; were one of them bad all the same, the others must still hold.
  const excludedIps = row.excluded_ips.flatMap((text) => {
    const parsed = parseCidrList(text);
    return parsed.ok ? parsed.list : [];
  });
  return {
    siteId: row.site_id,
    id: row.id,
    account: row.account,
    domain: row.domain,
    timezone: row.timezone,
    excludedIps,
    isExcludedPath: pathMatcher(row.excluded_paths),
    queryKeys: row.query_keys,
    respectGpc: row.respect_gpc,
    aliases: row.aliases,
  };
}
