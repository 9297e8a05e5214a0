import { parsePageUrl } from '../../domain/page-url.ts';
import { cleanReferrer } from '../../domain/referrer.ts';
import { between, type Random } from './random.ts';
import { BLOGS_WEIGHT, CAMPAIGNS, DIRECT_WEIGHT, REFERRERS, SPAM } from './sources.data.ts';
import { weightedItems, zipf } from './weighted.ts';

/** Where a visit comes from, as the log keeps it. */
export interface Source {
  readonly referrer: string | null;
  readonly query: string | null;
  readonly clickId: string | null;
}

const BLOGS = 400;
const WORDS = ['cloud', 'pixel', 'forest', 'paper', 'river', 'stone', 'copper', 'amber', 'north', 'cedar', 'lemon'];
const ENDINGS = ['blog.example.org', 'notes.example.net', 'weekly.example.com', 'journal.example.org'];

/** What somebody's link on Hacker News does to a site on one day. */
export const CROWD: Source = source('https://news.ycombinator.com/', '');

export function drawSource(random: Random): (random: Random) => Source {
  const blogs = makeBlogs(random);
  const share = zipf(blogs.length).reduce((sum, weight) => sum + weight, 0);
  return weightedItems([
    [source(null, ''), DIRECT_WEIGHT] as const,
    ...REFERRERS.map(([referrer, weight]) => [source(referrer, ''), weight] as const),
    ...CAMPAIGNS.map(([referrer, query, weight]) => [source(referrer, query), weight] as const),
    ...zipf(blogs.length).map((weight, i) => [blogs[i] as Source, (weight / share) * BLOGS_WEIGHT] as const),
  ]);
}

export function drawSpam(): (random: Random) => Source {
  return weightedItems(SPAM.map((referrer) => [source(referrer, ''), 1] as const));
}

/** The many that send a visitor a week. */
function makeBlogs(random: Random): Source[] {
  return Array.from({ length: BLOGS }, (_, i) => {
    const word = WORDS[Math.floor(random() * WORDS.length)] as string;
    const ending = ENDINGS[i % ENDINGS.length] as string;
    const post = random() < 0.6 ? `/posts/${between(random, 2019, 2026)}/${word}-${i}` : '/';
    return source(`https://${word}${i}.${ending}${post}`, '');
  });
}

/** Through the same rules as a live hit, so that the log holds what it would hold. */
function source(referrer: string | null, query: string): Source {
  const url = parsePageUrl(`https://landing.example/?${query}`);
  if ('error' in url) throw new RangeError(`${query} ${url.error}`);
  return { referrer: cleanReferrer(referrer), query: url.query, clickId: url.clickId };
}
