import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { AccessLine } from '../../../domain/access-log/access-line.ts';
import { canonicalHost } from '../../../domain/host.ts';
import { canonicalIp, inCidrs } from '../../../domain/ip.ts';
import { localDayHour } from '../../../domain/local-time.ts';
import { parsePageUrl, type PageUrl } from '../../../domain/page-url.ts';
import { cleanReferrer } from '../../../domain/referrer.ts';
import { isBotByHeaders, isPrefetch } from '../../../domain/rules/v1/agent/headers.ts';
import { visitorId } from '../../../domain/visitor-id.ts';
import { VERDICT, VIA, type NewHit, type Verdict } from '../../../log/hit.ts';
import type { KnownAgent } from '../agent-cache.ts';
import type { CountryOf } from '../country.ts';
import type { CountedReason } from '../drop-reasons.ts';
import type { DirectorySite, SiteDirectory } from '../site-directory.ts';
import type { DayBook, SiteDay } from './day-book.ts';

/** A page view of a site, as far as can be said without asking the database. */
export interface PageLine {
  readonly line: AccessLine;
  readonly day: SiteDay;
  readonly hour: number;
  readonly page: PageUrl;
  readonly ip: string;
  readonly dropped: CountedReason | null;
}

export interface JudgeOptions {
  readonly sites: Pick<SiteDirectory, 'get'>;
  /** All lines are of this one. */
  readonly site: DirectorySite | null;
  readonly days: DayBook;
  readonly agentOf: (header: string) => KnownAgent | Promise<KnownAgent>;
  readonly countryOf: CountryOf;
  /** A page view of a host that is no site. */
  readonly onUnknownHost?: ((host: string) => void) | undefined;
}

export interface Judge {
  /** Whose page it is. */
  pageOf(line: AccessLine): PageLine | 'unknown_host' | 'malformed';
  /** What is to be logged of some lines, in their order, and what is counted only. Asks the database. */
  judge(lines: readonly PageLine[]): Promise<Judged>;
}

export interface Judged {
  readonly hits: NewHit[];
  readonly tracked: number;
  readonly dropped: readonly { readonly siteId: number; readonly day: string; readonly reason: CountedReason }[];
}

/** Anything longer is no address and no name, and would be hashed all the same. */
const CLIENT_LENGTH = 256;
/** Hits made between two looks at the socket. */
const SLICE = 250;

export function createJudge(o: JudgeOptions): Judge {
  const hosts = new LRUCache<string, string>({ max: 1_000 });

  const hostOf = (raw: string): string => {
    let host = hosts.get(raw);
    if (host === undefined) hosts.set(raw, (host = canonicalHost(raw) ?? ''));
    return host;
  };

  const agentsOf = async (lines: readonly PageLine[]): Promise<Map<string, KnownAgent>> => {
    const found = new Map<string, KnownAgent>();
    const asked: Promise<void>[] = [];
    for (const header of new Set(lines.map(({ line }) => line.userAgent))) {
      const agent = o.agentOf(header);
      if (agent instanceof Promise) asked.push(agent.then((learnt) => void found.set(header, learnt)));
      else found.set(header, agent);
    }
    await Promise.all(asked);
    return found;
  };

  return {
    pageOf(line) {
      const host = line.host ?? '';
      const site = o.site ?? o.sites.get(hostOf(host));
      if (site === undefined) {
        o.onUnknownHost?.(hostOf(host) || host);
        return 'unknown_host';
      }
      // A proxy's request line has the whole URL; the scheme is not kept.
      const target = line.uri.startsWith('/') ? `https://${host === '' ? site.domain : host}${line.uri}` : line.uri;
      const page = parsePageUrl(target, { queryKeys: site.queryKeys });
      if ('error' in page) return 'malformed';
      const { day, hour } = localDayHour(line.at, site.timezone);
      const ip = canonicalIp(line.client) ?? line.client.slice(0, CLIENT_LENGTH);
      let dropped: CountedReason | null = null;
      if (inCidrs(ip, site.excludedIps)) dropped = 'excluded_ip';
      else if (site.respectGpc && line.headers['sec-gpc'] === '1') dropped = 'gpc';
      return { line, day: o.days.of(site, day), hour, page, ip, dropped };
    },
    async judge(lines) {
      const kept = lines.filter(({ dropped }) => dropped === null);
      await o.days.prepare(new Set(kept.map(({ day }) => day)));
      const untracked = kept.filter(({ day }) => day.tracked !== true);
      const agents = await agentsOf(untracked);
      const hits: NewHit[] = [];
      for (const one of untracked) {
        hits.push(toHit(one, agents.get(one.line.userAgent) as KnownAgent, o.countryOf));
        if (hits.length % SLICE === 0) await setImmediate();
      }
      const dropped = lines.flatMap(({ day, dropped: reason }) =>
        reason === null ? [] : { siteId: day.site.siteId, day: day.day, reason },
      );
      return { hits, tracked: kept.length - untracked.length, dropped };
    },
  };
}

function toHit({ line, day, hour, page, ip }: PageLine, agent: KnownAgent, countryOf: CountryOf): NewHit {
  if (day.salt === null) throw new Error(`no salt for site ${day.site.siteId} on ${day.day}`);
  return {
    siteId: day.site.siteId,
    visitor: visitorId(day.salt, day.site.id, ip, agent.userAgent),
    occurredAt: line.at,
    day: day.day,
    hour,
    agentId: agent.agentId,
    hostname: page.hostname,
    pathname: page.pathname,
    query: page.query,
    clickId: page.clickId,
    referrer: cleanReferrer(line.referrer),
    country: canonicalIp(ip) === null ? null : countryOf(ip),
    width: null,
    durationMs: null,
    scroll: null,
    verdict: verdictOf(line),
    name: null,
    props: null,
    vitals: null,
    interactive: null,
    revenue: null,
    via: VIA.logFile,
  };
}

function verdictOf({ headers }: AccessLine): Verdict | null {
  if (isPrefetch(headers)) return VERDICT.prefetch;
  return isBotByHeaders(headers) ? VERDICT.botByHeader : null;
}
