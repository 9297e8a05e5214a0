import { sql } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import type { Logger } from '../../platform/logger.ts';
import type { CountedReason } from './drop-reasons.ts';

/** What the edge did not log is counted here, and written by the second: a crash loses at most that second. */
export interface DropLedger {
  count(siteId: number, day: string, reason: CountedReason): void;
  /** A host that is no site. @param host canonical */
  refuse(host: string): void;
  /** Writes what has been counted. Never rejects: what could not be written is kept for the next time. */
  flush(): Promise<void>;
}

export interface Count {
  readonly siteId: number;
  readonly day: string;
  readonly reason: CountedReason;
  hits: number;
}

interface Refused {
  readonly host: string;
  hits: number;
  lastSeen: number;
}

/** Hosts that are listed for admins, the last seen ones; the sender chooses the host, so there must be a bound. */
const LISTED_HOSTS = 20;
const LOGGED_HOSTS = 1_000;

export interface DropLedgerOptions {
  db: Db;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  /** Where the API is, for the command that adds a refused host. */
  baseUrl: () => string;
}

export function dropLedger(o: DropLedgerOptions): DropLedger {
  const counts = new Map<string, Count>();
  /** In order of their last hit. */
  const refused = new Map<string, Refused>();
  const logged = new Set<string>();
  let failing = false;

  const addCount = (count: Count): void => {
    const key = `${count.siteId} ${count.day} ${count.reason}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, count);
    else known.hits += count.hits;
  };

  const addRefused = (entry: Refused): void => {
    const known = refused.get(entry.host);
    refused.delete(entry.host);
    refused.set(entry.host, {
      host: entry.host,
      hits: entry.hits + (known?.hits ?? 0),
      lastSeen: Math.max(entry.lastSeen, known?.lastSeen ?? 0),
    });
    const oldest = refused.keys().next();
    if (refused.size > LISTED_HOSTS && oldest.done !== true) refused.delete(oldest.value);
  };

  const announce = (host: string): void => {
    if (logged.has(host) || logged.size > LOGGED_HOSTS) return;
    logged.add(host);
    if (logged.size > LOGGED_HOSTS) o.log.warn('further unknown hosts are refused without a line in this log');
    else o.log.warn(`hits of ${host} are refused: it is no site yet. To add it: ${addCommand(o.baseUrl(), host)}`);
  };

  const flush = async (): Promise<void> => {
    if (counts.size === 0 && refused.size === 0) return;
    const [someCounts, someRefused] = [[...counts.values()], [...refused.values()]];
    counts.clear();
    refused.clear();
    try {
      await writeCounts(o.db, someCounts);
      someCounts.length = 0;
      await writeRefused(o.db, someRefused);
      failing = false;
    } catch (e) {
      if (!failing) o.log.warn({ err: e }, 'counts of dropped hits cannot be written now');
      failing = true;
      for (const count of someCounts) addCount(count);
      for (const entry of someRefused) addRefused(entry);
    }
  };

  return {
    count: (siteId, day, reason) => addCount({ siteId, day, reason, hits: 1 }),
    refuse(host) {
      announce(host);
      addRefused({ host, hits: 1, lastSeen: o.clock() });
    },
    flush,
  };
}

/** A canonical host holds nothing that a shell or JSON would act on. */
function addCommand(baseUrl: string, host: string): string {
  return (
    `curl -X POST ${baseUrl}/api/sites -H "Authorization: Bearer $KEY" ` +
    `-H 'Content-Type: application/json' -d '{"domain":"${host}"}'`
  );
}

/** Adds up, a row a site, day and reason. In key order, so that two processes cannot wait for each other. */
export async function writeCounts(db: Tx, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return;
  await sql`
    insert into drop_counts as d (site_id, day, reason, hits)
    select * from unnest(${counts.map((c) => c.siteId)}::int[], ${counts.map((c) => c.day)}::date[],
      ${counts.map((c) => c.reason)}::text[], ${counts.map((c) => c.hits)}::bigint[]) x(site_id, day, reason, hits)
    order by site_id, day, reason
    on conflict (site_id, day, reason) do update set hits = d.hits + excluded.hits`.execute(db);
}

async function writeRefused(db: Db, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  await sql`
    insert into refused_hosts as r (host, hits, last_seen)
    select * from unnest(${refused.map((r) => r.host)}::text[], ${refused.map((r) => r.hits)}::bigint[],
      ${refused.map((r) => new Date(r.lastSeen))}::timestamptz[]) x(host, hits, last_seen)
    order by host
    on conflict (host) do update
    set hits = r.hits + excluded.hits, last_seen = greatest(r.last_seen, excluded.last_seen)`.execute(db);
  await sql`
    delete from refused_hosts
    where host not in (select host from refused_hosts order by last_seen desc, host limit ${LISTED_HOSTS})
      or host in (select domain from sites)`.execute(db);
}
