import { isBotByHeaders, isPrefetch } from '../../domain/rules/v1/agent/headers.ts';
import { clientIp, inCidrs } from '../../domain/ip.ts';
import { localDayHour } from '../../domain/local-time.ts';
import { parsePageUrl } from '../../domain/page-url.ts';
import { cleanReferrer, referrerHost } from '../../domain/referrer.ts';
import { visitorId } from '../../domain/visitor-id.ts';
import { VERDICT, type NewHit } from '../../log/hit.ts';
import type { Accepted } from './accept-hit.command.ts';
import type { KnownAgent } from './agent-cache.ts';
import type { Draft, Edge, Step, StepResult } from './draft.ts';
import type { CountedReason } from './drop-reasons.ts';
import { findSite, takeOnce } from './find-site.ts';
import { limitHit } from './limit-hit.ts';

/** What happens to a hit whose site is known and that may come in, by whatever way it came. */
export const READING: readonly Step[] = [
  { name: 'page URL', run: readPage },
  { name: 'referrer', run: readReferrer },
  { name: 'client address', run: findAddress },
  { name: 'exclusion', run: exclude },
  { name: 'bot', run: judgeAgent },
  { name: 'spam', run: judgeReferrer },
  { name: 'country', run: findCountry },
  { name: 'visitor', run: identifyVisitor },
];

/**
 * What happens to a hit, in this order. What is excluded by its owner ends before anything about the visitor is
 * derived; the judgements after it only mark the hit, which is logged all the same, as rules may change.
 */
export const STEPS: readonly Step[] = [
  { name: 'origin → site', run: findSite },
  { name: 'once a site', run: takeOnce },
  { name: 'limit', run: limitHit },
  ...READING,
];

function readPage(draft: Draft): StepResult {
  const { body } = draft.incoming;
  const page = parsePageUrl(body.url, { queryKeys: draft.site.queryKeys, hashRouting: body.hashRouting });
  if ('error' in page) return { outcome: 'invalid', pointer: '/u', detail: page.error };
  draft.page = page;
  return undefined;
}

function readReferrer(draft: Draft): StepResult {
  draft.referrer = cleanReferrer(draft.incoming.body.referrer);
  return undefined;
}

/** Forwarded addresses are believed only as far as proxies of ours vouch for them: anybody can send the header. */
function findAddress(draft: Draft, edge: Edge): StepResult {
  const { peer, behalf } = draft.incoming;
  if (behalf?.ip !== undefined) {
    draft.ip = behalf.ip;
    return undefined;
  }
  const forwardedFor = draft.header('x-forwarded-for');
  if (forwardedFor !== undefined && !inCidrs(peer, edge.trustedProxies)) edge.noteForwarded();
  draft.ip = clientIp(peer, forwardedFor, edge.trustedProxies);
  return undefined;
}

function exclude(draft: Draft, edge: Edge): StepResult {
  const { site } = draft;
  if (inCidrs(draft.ip, site.excludedIps)) return countOnly(draft, edge, 'excluded_ip');
  if (site.respectGpc && draft.header('sec-gpc') === '1') return countOnly(draft, edge, 'gpc');
  if (site.isExcludedPath(draft.page.pathname)) draft.drop('excluded_path');
  return undefined;
}

function countOnly(draft: Draft, edge: Edge, reason: CountedReason): Accepted {
  const { siteId, timezone } = draft.site;
  edge.ledger.count(siteId, localDayHour(draft.at, timezone).day, reason);
  return { outcome: 'dropped', reason };
}

function judgeAgent(draft: Draft, edge: Edge): StepResult {
  const { headers, behalf, byMachine = false } = draft.incoming;
  // What a server hands on comes with its headers, which say nothing of the visitor.
  if (behalf !== undefined) {
    return takeFound(draft, edge.agentOf(behalf.userAgent ?? draft.header('user-agent') ?? ''));
  }
  if (isPrefetch(headers)) {
    draft.verdict = VERDICT.prefetch;
    draft.drop('prefetch');
  } else if (byMachine || isBotByHeaders(headers)) {
    draft.verdict = VERDICT.botByHeader;
    draft.drop('bot');
  }
  return takeFound(draft, edge.agentOf(draft.header('user-agent') ?? ''));
}

function takeFound(draft: Draft, found: KnownAgent | Promise<KnownAgent>): StepResult {
  return found instanceof Promise ? found.then((agent) => takeAgent(draft, agent)) : takeAgent(draft, found);
}

function takeAgent(draft: Draft, agent: KnownAgent): undefined {
  draft.agent = agent;
  if (agent.bot) draft.drop('bot');
}

function judgeReferrer(draft: Draft, edge: Edge): StepResult {
  if (draft.referrer !== null && edge.isSpamHost(referrerHost(draft.referrer))) draft.drop('spam_referrer');
  return undefined;
}

function findCountry(draft: Draft, edge: Edge): StepResult {
  draft.country = edge.countryOf(draft.ip);
  return undefined;
}

/** A visitor is one of this site and local day, as the salt is. */
function identifyVisitor(draft: Draft, edge: Edge): StepResult {
  const { day, hour } = localDayHour(draft.at, draft.site.timezone);
  draft.day = day;
  draft.hour = hour;
  const salt = edge.salts.get(draft.site, day);
  return salt instanceof Promise ? salt.then((drawn) => takeSalt(draft, drawn)) : takeSalt(draft, salt);
}

function takeSalt(draft: Draft, salt: Buffer): undefined {
  draft.visitor = visitorId(salt, draft.site.id, draft.ip, draft.agent.userAgent);
}

/** What is logged of a draft that has passed all steps. */
export function toHit(draft: Draft): NewHit {
  const { incoming, site, page, agent } = draft;
  const { body } = incoming;
  return {
    siteId: site.siteId,
    visitor: draft.visitor,
    occurredAt: draft.at,
    day: draft.day,
    hour: draft.hour,
    agentId: agent.agentId,
    hostname: page.hostname,
    pathname: page.pathname,
    query: page.query,
    clickId: page.clickId,
    referrer: draft.referrer,
    country: draft.country,
    width: body.width,
    durationMs: body.durationMs,
    scroll: body.scroll,
    verdict: draft.verdict,
    name: body.name,
    props: body.props,
    vitals: body.vitals,
    interactive: body.interactive ? null : false,
    revenue: body.revenue,
    via: incoming.behalf?.via ?? null,
  };
}
