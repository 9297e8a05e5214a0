import { randomBytes } from 'node:crypto';

import { displayHost } from '../../domain/host.ts';
import type { NewHit } from '../../log/hit.ts';
import { makePages, type Page } from './pages.ts';
import { peopleOf, type DrawSalt, type Person } from './people.ts';
import type { Profile } from './places.data.ts';
import { seededRandom, type Random } from './random.ts';
import { rhythmOf, type Rhythm, type Window } from './rhythm.ts';
import { CROWD, drawSource, drawSpam, type Source } from './sources.ts';
import { addVisit, notFoundOf, type VisitSite } from './visit.ts';
import { weighted, zipf } from './weighted.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Of the hits go to the first site, the others share the rest by Zipf. */
const SHARE_OF_FIRST = 0.5;
const SHARE_AT_HOME_PAGE = 0.28;
const SHARE_OF_CROWD = 0.65;
const SHARE_SPAM = 0.004;
/** Hits made at once and sorted: enough to make steps rare, few enough to fit in the processor's cache. */
const HITS_A_STEP = 3000;
const LONGEST_STEP_MS = 15 * MINUTE_MS;
/** Local days of which a visit may still be in progress. */
const SALTS_KEPT = 3;

export interface TrafficOptions {
  /** Largest first. */
  sites: readonly { siteId: number; profile: Profile }[];
  /** Exactly so many are made. */
  hits: number;
  /** The last hits happen just before its end. */
  window: Window;
  /** Pages of the first site; the others have fewer, as they have fewer visitors. */
  paths: number;
  seed: number;
  /** Of `allUserAgents()`. */
  agentIds: ReadonlyMap<string, number>;
  /** Default: random, so that no two runs share a visitor. */
  drawSalt?: DrawSalt;
}

interface Site extends VisitSite {
  readonly quota: number;
  readonly rhythm: Rhythm;
  /** Sum of the weights of all steps. */
  readonly weight: number;
  readonly person: (at: number) => Person;
  readonly source: (random: Random) => Source;
  readonly spam: (random: Random) => Source;
  readonly landing: Page;
  readonly random: Random;
  /** Of the steps so far. */
  passed: number;
  made: number;
}

/**
 * Hits in the order of their time, one after the other, in constant memory. The same options give the same hits, but
 * for the visitors' ids, which depend on salts that nobody knows.
 */
export function* simulateTraffic(o: TrafficOptions): Generator<NewHit, void, undefined> {
  const { start, end } = o.window;
  const step = stepOf(o);
  const shares = sharesOf(o.sites.length);
  const quotas = divide(o.hits, shares);
  const sites = o.sites.map((_, i) => makeSite(o, i, quotas[i] as number, shares[i] as number, step));

  let pending: NewHit[] = [];
  for (let from = start; from < end; from += step) {
    const to = Math.min(end, from + step);
    for (const site of sites) addVisits(pending, site, from, to, end);
    const later: NewHit[] = [];
    const due: NewHit[] = [];
    for (const hit of pending) (to === end || hit.occurredAt < to ? due : later).push(hit);
    // Stable: hits of the same millisecond stay as they were made.
    yield* due.sort((a, b) => a.occurredAt - b.occurredAt);
    pending = later;
  }
}

/** The hits that each site is behind the course of its traffic, as visits that begin in this step. */
function addVisits(out: NewHit[], site: Site, from: number, to: number, end: number): void {
  site.passed += site.rhythm.weightAt((from + to) / 2);
  const target = to === end ? site.quota : Math.floor((site.quota * site.passed) / site.weight);
  const { random } = site;
  const isSpike = site.rhythm.isSpike(from);
  while (site.made < target) {
    const start = from + Math.floor(random() * (to - from));
    const isCrowd = isSpike && random() < SHARE_OF_CROWD;
    const source = isCrowd ? CROWD : (random() < SHARE_SPAM ? site.spam : site.source)(random);
    site.made += addVisit(out, {
      site,
      person: site.person(start),
      source,
      landing: isCrowd ? site.landing : null,
      start,
      end,
      room: site.quota - site.made,
      random,
    });
  }
}

function makeSite(o: TrafficOptions, index: number, quota: number, share: number, step: number): Site {
  const { siteId, profile } = o.sites[index] as TrafficOptions['sites'][number];
  const random = seededRandom(o.seed, profile.domain);
  const rhythm = rhythmOf(profile, o.window, o.seed);
  const count = Math.max(10, Math.round((o.paths * share) / SHARE_OF_FIRST));
  const pages = makePages(profile.domain, Math.min(o.paths, count), seededRandom(o.seed, `${profile.domain}/pages`));
  const rank = weighted(zipf(pages.length));
  const next = (r: Random): Page => pages[rank(r)] as Page;
  let weight = 0;
  for (let from = o.window.start; from < o.window.end; from += step) {
    weight += rhythm.weightAt((from + Math.min(o.window.end, from + step)) / 2);
  }
  const days = (o.window.end - o.window.start) / DAY_MS;
  return {
    siteId,
    hostname: displayHost(profile.domain),
    timezone: profile.timezone,
    entry: (r) => (r() < SHARE_AT_HOME_PAGE ? (pages[0] as Page) : next(r)),
    next,
    notFound: notFoundOf(profile.domain),
    saltOf: rememberSalts(siteId, o.drawSalt ?? (() => randomBytes(32))),
    quota,
    rhythm,
    weight,
    person: peopleOf({ profile, agentIds: o.agentIds, visitsPerDay: quota / 3.3 / Math.max(1, days), random }),
    source: drawSource(random),
    spam: drawSpam(),
    landing: pages[Math.min(13, pages.length - 1)] as Page,
    random,
    passed: 0,
    made: 0,
  };
}

function rememberSalts(siteId: number, draw: DrawSalt): (day: string) => Buffer {
  const salts = new Map<string, Buffer>();
  return (day) => {
    let salt = salts.get(day);
    if (salt === undefined) {
      salt = draw(siteId, day);
      salts.set(day, salt);
      const [oldest] = salts.keys();
      if (salts.size > SALTS_KEPT && oldest !== undefined) salts.delete(oldest);
    }
    return salt;
  };
}

function stepOf({ hits, window }: TrafficOptions): number {
  const steps = Math.ceil(hits / HITS_A_STEP);
  return Math.max(1000, Math.min(LONGEST_STEP_MS, Math.ceil((window.end - window.start) / steps)));
}

function sharesOf(count: number): number[] {
  const others = zipf(count - 1);
  const sum = others.reduce((total, weight) => total + weight, 0);
  return count === 1 ? [1] : [SHARE_OF_FIRST, ...others.map((weight) => ((1 - SHARE_OF_FIRST) * weight) / sum)];
}

/** Whole numbers that add up to `total`. */
function divide(total: number, shares: readonly number[]): number[] {
  let sum = 0;
  let given = 0;
  return shares.map((share, i) => {
    sum += share;
    const upTo = i === shares.length - 1 ? total : Math.round(total * sum);
    const part = upTo - given;
    given = upTo;
    return part;
  });
}
