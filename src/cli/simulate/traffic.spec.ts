import { createHash } from 'node:crypto';

import { cleanText } from '../../domain/text.ts';
import { interpretAgent } from '../../domain/rules/v1/agent/interpret-agent.ts';
import { localDayHour } from '../../domain/local-time.ts';
import { parsePageUrl } from '../../domain/page-url.ts';
import { cleanProps } from '../../domain/props.ts';
import { cleanReferrer } from '../../domain/referrer.ts';
import { defaultSpamHosts, spamMatcher } from '../../domain/rules/v1/spam/spam-hosts.ts';
import { ENGAGEMENT, type NewHit } from '../../log/hit.ts';
import { BOTS, BROWSERS } from './agents.data.ts';
import { allUserAgents, type DrawSalt } from './people.ts';
import { firstProfiles } from './profiles.ts';
import { SPAM } from './sources.data.ts';
import { simulateTraffic, type TrafficOptions } from './traffic.ts';

const DAY_MS = 86_400_000;
const END = Date.parse('2026-11-24T15:20:00Z');
const agentIds = new Map(allUserAgents().map((userAgent, i) => [userAgent, i + 1]));
const fixedSalts: DrawSalt = (siteId, day) => createHash('sha256').update(`${siteId} ${day}`).digest();

type Wanted = Partial<Omit<TrafficOptions, 'sites'>> & { hits: number; days?: number; sites?: number };

function options(o: Wanted): TrafficOptions {
  const { days = 30, sites = 4, ...rest } = o;
  return {
    sites: firstProfiles(sites).map((profile, i) => ({ siteId: i + 1, profile })),
    window: { start: END - days * DAY_MS, end: END },
    paths: 500,
    seed: 1,
    agentIds,
    drawSalt: fixedSalts,
    ...rest,
  };
}

const hitsOf = (o: Wanted): NewHit[] => [...simulateTraffic(options(o))];
const countBy = <K>(hits: readonly NewHit[], keyOf: (hit: NewHit) => K): Map<K, number> => {
  const counts = new Map<K, number>();
  for (const hit of hits) counts.set(keyOf(hit), (counts.get(keyOf(hit)) ?? 0) + 1);
  return counts;
};

/** Hits of each visitor's visits, split where 30 minutes pass without one. */
function visitsOf(hits: readonly NewHit[]): NewHit[][] {
  const open = new Map<string, NewHit[]>();
  const visits: NewHit[][] = [];
  for (const hit of hits) {
    const key = `${hit.siteId} ${hit.day} ${hit.visitor}`;
    const visit = open.get(key);
    if (visit && hit.occurredAt - (visit.at(-1)?.occurredAt ?? 0) < 30 * 60_000) visit.push(hit);
    else {
      const begun = [hit];
      open.set(key, begun);
      visits.push(begun);
    }
  }
  return visits;
}

describe('simulated traffic', () => {
  const many = hitsOf({ hits: 60_000 });
  const views = many.filter((hit) => hit.name === null);
  const visits = visitsOf(many);

  it('is the same for the same seed, and another for another', () => {
    const a = hitsOf({ hits: 3000, seed: 5 });
    expect(hitsOf({ hits: 3000, seed: 5 })).toEqual(a);
    expect(hitsOf({ hits: 3000, seed: 6 })).not.toEqual(a);
  });

  it('shares no visitor with another run of the same seed, as its salts are random', () => {
    const visitorsOf = () => {
      const { drawSalt: _, ...random } = options({ hits: 3000 });
      return new Set([...simulateTraffic(random)].map((hit) => hit.visitor));
    };
    const first = visitorsOf();
    expect([...visitorsOf()].filter((visitor) => first.has(visitor))).toEqual([]);
  });

  it.each([
    { hits: 1, sites: 1, days: 1 },
    { hits: 1, sites: 12, days: 365 },
    { hits: 7, sites: 3, days: 90 },
    { hits: 999, sites: 30, days: 2 },
    { hits: 20_001, sites: 1, days: 1 },
    { hits: 20_001, sites: 12, days: 400 },
  ])('has exactly $hits hits on $sites sites over $days days, in order and within them', ({ hits, sites, days }) => {
    const times = hitsOf({ hits, sites, days }).map((hit) => hit.occurredAt);
    expect(times.length).toBe(hits);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(END - days * DAY_MS);
    expect(times.at(-1)).toBeLessThanOrEqual(END);
  });

  it('reaches up to the end of the window', () => {
    expect(END - (many.at(-1)?.occurredAt ?? 0)).toBeLessThan(30 * 60_000);
  });

  it('gives half of the hits to the first site, and something to each', () => {
    const counts = countBy(many, (hit) => hit.siteId);
    expect(counts.get(1)).toBe(30_000);
    expect([...counts.values()].toSorted((a, b) => b - a)).toEqual([1, 2, 3, 4].map((id) => counts.get(id)));
  });

  it('comes in visits of 1 to 30 pages, most of them short', () => {
    const pages = visits.map((visit) => visit.filter((hit) => hit.name === null).length);
    expect(Math.max(...pages)).toBeLessThanOrEqual(30);
    expect(Math.max(...pages)).toBeGreaterThan(15);
    const share = (test: (n: number) => boolean) => pages.filter(test).length / pages.length;
    expect(share((n) => n <= 1)).toBeCloseTo(0.42, 1);
    expect(share((n) => n >= 5)).toBeCloseTo(0.23, 1);
  });

  it('keeps the visits of one person apart: within one, every page was reached from another of the site', () => {
    const later = visits.flatMap((visit) => visit.slice(1)).filter((hit) => hit.name === null);
    const domains = options({ hits: 1 }).sites.map(({ profile }) => profile.domain);
    const fromElsewhere = later.filter((hit) => !domains.includes(hit.referrer?.split('/')[2] ?? ''));
    expect(fromElsewhere).toEqual([]);
  });

  it('has visitors who come back on the same day', () => {
    const perVisitor = countBy(visits.map((visit) => visit[0] as NewHit), (hit) => `${hit.siteId} ${hit.visitor}`);
    const again = [...perVisitor.values()].filter((count) => count > 1).length;
    expect(again / perVisitor.size).toBeGreaterThan(0.02);
    expect(again / perVisitor.size).toBeLessThan(0.3);
  });

  it('names nobody the same on two days or two sites', () => {
    const daysOf = new Map<bigint, Set<string>>();
    for (const hit of many) {
      daysOf.set(hit.visitor, (daysOf.get(hit.visitor) ?? new Set()).add(`${hit.siteId} ${hit.day}`));
    }
    expect([...daysOf.values()].filter((days) => days.size > 1)).toEqual([]);
  });

  it('tells the local day and hour of every hit', () => {
    const zones = new Map(options({ hits: 1 }).sites.map(({ siteId, profile }) => [siteId, profile.timezone]));
    const told = many.map(({ day, hour }) => ({ day, hour }));
    expect(told).toEqual(many.map((hit) => localDayHour(hit.occurredAt, zones.get(hit.siteId) ?? '')));
  });

  it('sleeps at night and works in the week, at its own site’s clock', () => {
    for (const siteId of [1, 4]) {
      const hours = countBy(views.filter((hit) => hit.siteId === siteId), (hit) => hit.hour);
      const from = (low: number, high: number) =>
        [...hours].filter(([hour]) => hour >= low && hour <= high).reduce((sum, [, count]) => sum + count, 0);
      expect(from(9, 16)).toBeGreaterThan(8 * from(0, 5));
    }
    const weekdays = countBy(views.filter((hit) => hit.siteId === 1), (hit) => new Date(hit.day).getUTCDay());
    expect(weekdays.get(2)).toBeGreaterThan(1.5 * (weekdays.get(0) ?? 0));
  });

  it('has one day with far more than the others', () => {
    const days = countBy(many.filter((hit) => hit.siteId === 1), (hit) => hit.day);
    const counts = [...days.values()].toSorted((a, b) => b - a);
    expect(counts[0]).toBeGreaterThan(2 * (counts[5] ?? 0));
    const [spike] = [...days].toSorted((a, b) => b[1] - a[1])[0] ?? [];
    const crowd = views.filter((hit) => hit.day === spike && hit.referrer === 'https://news.ycombinator.com');
    expect(crowd.length).toBeGreaterThan(100);
  });

  it('is page views for the most part, some events, some reports of engagement', () => {
    const share = (test: (hit: NewHit) => boolean) => many.filter(test).length / many.length;
    expect(share((hit) => hit.name === null)).toBeGreaterThan(0.75);
    expect(share((hit) => hit.name === ENGAGEMENT)).toBeCloseTo(0.125, 1);
    const events = share((hit) => hit.name !== null && hit.name !== ENGAGEMENT);
    expect(events).toBeGreaterThan(0.03);
    expect(events).toBeLessThan(0.06);
    expect(share((hit) => hit.name === '404')).toBeGreaterThan(0.0005);
    expect(share((hit) => hit.name === null && hit.durationMs !== null)).toBeGreaterThan(0.05);
  });

  it('comes from everywhere: campaigns, click ids, own pages, forty countries, bots', () => {
    const entries = visits.map((visit) => visit[0] as NewHit).filter((hit) => hit.name === null);
    expect(entries.filter((hit) => hit.query !== null).length / entries.length).toBeCloseTo(0.12, 1);
    expect(new Set(many.map((hit) => hit.clickId)).size).toBeGreaterThan(5);
    expect(new Set(many.map((hit) => hit.country)).size).toBeGreaterThan(40);
    expect(new Set(entries.map((hit) => hit.referrer)).size).toBeGreaterThan(100);
    expect(views.some((hit) => hit.referrer?.startsWith(`https://${hit.hostname}`))).toBe(true);
    const bots = new Set(BOTS.map(([userAgent]) => agentIds.get(userAgent)));
    const share = many.filter((hit) => bots.has(hit.agentId)).length / many.length;
    expect(share).toBeGreaterThan(0.004);
    expect(share).toBeLessThan(0.02);
  });

  it('holds no text that a live hit could not have left', () => {
    const texts = new Set<string>();
    const referrers = new Set<string>();
    const urls = new Map<string, Pick<NewHit, 'hostname' | 'pathname' | 'query'>>();
    for (const hit of many) {
      for (const text of [hit.hostname, hit.pathname, hit.query, hit.clickId, hit.referrer, hit.country, hit.name]) {
        if (text !== null) texts.add(text);
      }
      if (hit.referrer !== null) referrers.add(hit.referrer);
      const { hostname, pathname, query } = hit;
      if (hit.name === null) {
        urls.set(`https://${hostname}${pathname}${query === null ? '' : `?${query}`}`, { hostname, pathname, query });
      }
    }
    expect([...texts].map(cleanText)).toEqual([...texts]);
    expect([...referrers].map(cleanReferrer)).toEqual([...referrers]);
    expect([...urls.keys()].map((url) => parsePageUrl(url))).toMatchObject([...urls.values()]);
  });

  it('holds no property and no vital of another type than the tracker’s', () => {
    const props = new Set(many.map((hit) => hit.props).filter((json) => json !== null));
    for (const json of props) {
      expect(cleanProps(JSON.parse(json))).toEqual({ ok: true, props: JSON.parse(json) as unknown });
    }
    expect(props.size).toBeGreaterThan(20);
    const vitals = many.map((hit) => hit.vitals).filter((json) => json !== null);
    const shapeOf = (json: string) => Object.entries(JSON.parse(json) as object).map(([k, v]) => `${k} ${typeof v}`);
    const shapes = new Set(vitals.map((json) => shapeOf(json).join()));
    expect([...shapes]).toEqual(['lcp number,inp number,cls number']);
  });
});

describe('the tables behind it', () => {
  it('holds about sixty browsers that count, and bots that do not', () => {
    expect(BROWSERS.length).toBeGreaterThanOrEqual(60);
    for (const [userAgent] of BROWSERS) expect([userAgent, interpretAgent(userAgent).bot]).toEqual([userAgent, false]);
    for (const [userAgent] of BOTS) expect([userAgent, interpretAgent(userAgent).bot]).toEqual([userAgent, true]);
  });

  it('holds referrer spam that is known as such', () => {
    const isSpam = spamMatcher(defaultSpamHosts);
    for (const url of SPAM) expect([url, isSpam(new URL(url).hostname)]).toEqual([url, true]);
  });
});
