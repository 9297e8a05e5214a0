import { localDayHour } from '../../domain/local-time.ts';
import { ENGAGEMENT, VERDICT, type NewHit, type Verdict } from '../../log/hit.ts';
import { EVENTS, NOT_FOUND } from './events.data.ts';
import { makePage, type Page } from './pages.ts';
import { idOn, type Person } from './people.ts';
import { between, logNormal, type Random } from './random.ts';
import type { Source } from './sources.ts';
import { weightedItems } from './weighted.ts';

/** Visits show at most so many pages. */
export const MOST_PAGES = 30;
/** Shorter than the 30 minutes that end a visit. */
const LONGEST_STAY_MS = 24 * 60_000;
const SHORTEST_STAY_MS = 1_200;
const BOUNCES = 0.4;
const GOES_ON = 0.71;
const SHARE_EVENT = 0.05;
const SHARE_NOT_FOUND = 0.003;
/** Of the visits: browsers whose tracker reports engagement, and clients that send `t` with the next page instead. */
const SHARE_ENGAGEMENT = 0.19;
const SHARE_SECONDS = 0.2;
const SHARE_TRANSLATED = 0.004;

export interface VisitSite {
  readonly siteId: number;
  readonly hostname: string;
  readonly timezone: string;
  /** The page that a visit begins with, and one that it goes on to. */
  readonly entry: (random: Random) => Page;
  readonly next: (random: Random) => Page;
  readonly notFound: (random: Random) => NotFound;
  /** Of a local day. */
  readonly saltOf: (day: string) => Buffer;
}

export interface NotFound {
  readonly page: Page;
  readonly props: string;
}

export interface VisitPlan {
  readonly site: VisitSite;
  readonly person: Person;
  readonly source: Source;
  /** Where the link of a crowd leads; null: wherever. */
  readonly landing: Page | null;
  /** Epoch ms of the first hit. */
  readonly start: number;
  /** No hit happens later than this. */
  readonly end: number;
  /** At most so many hits, at least 1. */
  readonly room: number;
  readonly random: Random;
}

const customEvent = weightedItems(
  EVENTS.map(({ name, props, weight }) => [{ name, props: props && JSON.stringify(props) }, weight] as const),
);

/** What is asked for in vain, as pages of a site, each with the event that its error page sends. */
export function notFoundOf(host: string): (random: Random) => NotFound {
  return weightedItems(
    NOT_FOUND.map((path) => {
      const page = makePage(host, path);
      return [{ page, props: JSON.stringify({ path: page.pathname }) }, 1] as const;
    }),
  );
}

/** Appends a visit's hits to `out`, in the order of their time. Answers how many: 1 … `room`. */
export function addVisit(out: NewHit[], plan: VisitPlan): number {
  const { site, person, source, random, end, room } = plan;
  const before = out.length;
  const pages = countPages(random);
  const reports = random();
  const hostname = random() < SHARE_TRANSLATED ? translated(site.hostname) : site.hostname;
  const verdict = person.isBot && random() < 0.15 ? edgeVerdict(random) : null;

  const add = (at: number, page: Page): NewHit | null => {
    if (at > end || out.length - before >= room) return null;
    const { day, hour } = localDayHour(at, site.timezone);
    const hit: NewHit = {
      siteId: site.siteId,
      visitor: idOn(person, day, site.hostname, site.saltOf(day)),
      occurredAt: at,
      day,
      hour,
      agentId: person.agentId,
      hostname,
      pathname: page.pathname,
      query: null,
      clickId: null,
      referrer: null,
      country: person.country,
      width: person.width,
      durationMs: null,
      scroll: null,
      verdict,
      name: null,
      props: null,
      vitals: null,
      interactive: null,
      revenue: null,
      via: null,
    };
    out.push(hit);
    person.until = at;
    return hit;
  };

  let at = plan.start;
  let previous: Page | null = null;
  let stay = 0;
  for (let i = 0; i < pages; i++) {
    const lost = random() < SHARE_NOT_FOUND ? site.notFound(random) : null;
    const page: Page = lost?.page ?? (previous === null ? (plan.landing ?? site.entry(random)) : site.next(random));
    const view = add(at, page);
    if (view === null) break;
    if (previous === null) Object.assign(view, source);
    else {
      view.referrer = previous.asReferrer;
      if (reports > 1 - SHARE_SECONDS) view.durationMs = Math.round(stay / 1000) * 1000;
    }
    if (lost !== null) describe(add(at + 40, page), '404', lost.props);

    stay = Math.round(Math.min(LONGEST_STAY_MS, SHORTEST_STAY_MS + logNormal(random, 22_000, 1.15)));
    if (random() < SHARE_EVENT && !person.isBot) {
      const event = customEvent(random);
      describe(add(at + Math.round(stay * (0.1 + 0.6 * random())), page), event.name, event.props);
    }
    if (reports < SHARE_ENGAGEMENT && random() < 0.8 && !person.isBot) {
      report(add(at + stay - between(random, 5, 60), page), stay, i === 0, random);
    }
    at += stay;
    previous = page;
  }
  return out.length - before;
}

function countPages(random: Random): number {
  if (random() < BOUNCES) return 1;
  let pages = 2;
  while (pages < MOST_PAGES && random() < GOES_ON) pages++;
  return pages;
}

function describe(hit: NewHit | null, name: string, props: string | null): void {
  if (hit === null) return;
  hit.name = name;
  hit.props = props;
}

/** What the tracker says of a page when it is left. */
function report(hit: NewHit | null, stay: number, isFirst: boolean, random: Random): void {
  if (hit === null) return;
  hit.name = ENGAGEMENT;
  hit.durationMs = Math.round((stay * (0.55 + 0.4 * random())) / 1000) * 1000;
  hit.scroll = random() < 0.25 ? 100 : between(random, 12, 99);
  // Layout and paint are measured where a document loads: on the first page, then mostly soft navigations follow.
  if (isFirst) hit.vitals = vitals(random);
}

function vitals(random: Random): string {
  const lcp = Math.round(logNormal(random, 1500, 0.5));
  const inp = Math.round(logNormal(random, 90, 0.7));
  const cls = random() < 0.5 ? 0 : Math.round(random() * 250) / 1000;
  return `{"lcp":${lcp},"inp":${inp},"cls":${cls}}`;
}

function edgeVerdict(random: Random): Verdict {
  return random() < 0.5 ? VERDICT.prefetch : VERDICT.botByHeader;
}

/** The page as Google Translate shows it. */
function translated(hostname: string): string {
  return `${hostname.replaceAll('-', '--').replaceAll('.', '-')}.translate.goog`;
}
