import { BROWSERS } from '../src/cli/simulate/agents.data.ts';
import { makePages } from '../src/cli/simulate/pages.ts';
import { between, seededRandom, type Random } from '../src/cli/simulate/random.ts';

/** Sites of a load. The first gets half of it. */
export const LOAD_DOMAINS = ['one.bench.example', 'two.bench.example', 'three.bench.example', 'four.bench.example'];
const PAGES_PER_SITE = 2000;
const VIEWS_PER_VISIT = 3;
const REFERRERS = [
  null, null, 'https://www.google.com/', 'https://t.co/abc', 'https://news.ycombinator.com/item?id=1',
  'https://www.bing.com/search?q=x', 'https://duckduckgo.com/', 'https://blog.example.org/a-post',
  'https://chatgpt.com/',
]; // prettier-ignore
const CAMPAIGNS = ['', '', '', '?utm_source=newsletter&utm_medium=email&utm_campaign=autumn', '?gclid=Cj0KCQ&x=1'];
const EVENTS = ['Signup', 'Download', 'Outbound Link: Click', 'Play', 'Search'];

/** A hit as a browser sends it behind a proxy. */
export interface HitRequest {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * Hits without end: visits of three pages, by addresses, browsers, pages and sources that differ. One seed gives the
 * same hits; another gives other visitors.
 */
export function* loadHits(seed: number): Generator<HitRequest, never, undefined> {
  const random = seededRandom(seed, 'load');
  const sites = LOAD_DOMAINS.map((domain) => ({
    origin: `https://${domain}`,
    paths: makePages(domain, PAGES_PER_SITE, seededRandom(1, domain)).map((page) => encodeURI(page.pathname)),
  }));
  for (;;) {
    const site = random() < 0.5 ? sites[0] : oneOf(sites, random);
    if (site === undefined) throw new Error('a load needs a site');
    const headers = {
      'content-type': 'application/json',
      origin: site.origin,
      'user-agent': userAgent(random),
      'x-forwarded-for': address(random),
    };
    let referrer = oneOf(REFERRERS, random) ?? null;
    let query = oneOf(CAMPAIGNS, random) ?? '';
    for (let view = 0; view < VIEWS_PER_VISIT; view++) {
      const url = `${site.origin}${skewed(site.paths, random)}${query}`;
      const hit = { n: nameOf(random), u: url, r: referrer, w: between(random, 320, 2560), ...more(random) };
      yield { headers, body: JSON.stringify(hit) };
      referrer = url;
      query = '';
    }
  }
}

/** Most are page views; some report on the page left, which is logged too; some are events of the site's own. */
function nameOf(random: Random): string | null {
  const drawn = random();
  if (drawn < 0.75) return null;
  return drawn < 0.88 ? 'engagement' : (oneOf(EVENTS, random) ?? null);
}

function more(random: Random): object {
  const drawn = random();
  if (drawn < 0.6) return {};
  if (drawn < 0.8) return { t: between(random, 1, 300), s: between(random, 1, 100) };
  return { p: { plan: oneOf(['free', 'pro', 'team'], random), step: between(random, 1, 9) } };
}

/** Some hundred: those of the simulation, with numbers of builds. */
function userAgent(random: Random): string {
  const [text = ''] = oneOf(BROWSERS, random) ?? [];
  const build = between(random, 0, 7);
  return build === 0 ? text : text.replace(/(Chrome\/\d+)\.0\.0\.0/, `$1.0.${7000 + build * 13}.${build}`);
}

/** Of the first half of the public space, without private and reserved nets. */
function address(random: Random): string {
  const first = between(random, 11, 99);
  return `${first}.${between(random, 0, 255)}.${between(random, 0, 255)}.${between(random, 1, 254)}`;
}

function oneOf<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}

/** The first ones far more often, as pages are. */
function skewed(items: readonly string[], random: Random): string {
  return items[Math.floor(items.length * random() ** 4)] ?? '/';
}
