import { displayPath } from '../../domain/page-path.ts';
import { cleanReferrer } from '../../domain/referrer.ts';
import { between, type Random } from './random.ts';

/** A page of a site, in the two spellings that the log keeps. */
export interface Page {
  readonly pathname: string;
  /** What the next page of the same site reports as its referrer. */
  readonly asReferrer: string | null;
}

const FIRST = [
  '/', '/pricing', '/blog', '/docs', '/features', '/about', '/docs/getting-started', '/login', '/contact', '/signup',
  '/changelog', '/customers', '/docs/install', '/blog/why-we-count-less', '/faq', '/integrations', '/careers',
  '/blog/über-datenschutz', '/privacy', '/imprint', '/docs/api/events', '/download', '/blog/2026-in-zahlen', '/terms',
  '/ja/ガイド', '/es/guía-rápida', '/community', '/status', '/press', '/partners',
]; // prettier-ignore
const ADJECTIVES = [
  'quick', 'quiet', 'honest', 'small', 'open', 'steady', 'modern', 'simple', 'deep', 'better', 'hidden', 'practical',
  'gentle', 'exact', 'durable', 'plain', 'brief', 'curious', 'public', 'private', 'local', 'global', 'early', 'late',
]; // prettier-ignore
const NOUNS = [
  'dashboards', 'metrics', 'cookies', 'visitors', 'funnels', 'reports', 'teams', 'shops', 'queries', 'backups',
  'exports', 'servers', 'campaigns', 'newsletters', 'checklists', 'audits', 'schemas', 'deployments', 'migrations',
  'alerts', 'badges', 'folders', 'sessions', 'referrers', 'channels', 'events', 'goals', 'trends', 'logs', 'maps',
]; // prettier-ignore
const TOPICS = [
  'guide', 'explained', 'in-practice', 'for-beginners', 'at-scale', 'without-tears', 'lessons', 'review', 'tips',
  'benchmarks', 'faq', 'troubleshooting', 'by-example', 'compared', 'in-depth', 'roadmap',
]; // prettier-ignore
const SECTIONS = ['blog', 'docs', 'products', 'help', 'topics', 'case-studies', 'de/blog', 'fr/produits'];

/** The pages of a site, most visited first: the usual ones, then articles, manuals and products. */
export function makePages(host: string, count: number, random: Random): Page[] {
  const paths = new Set(FIRST.slice(0, count));
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] as string;
  while (paths.size < count) {
    const section = pick(SECTIONS);
    const slug = `${pick(ADJECTIVES)}-${pick(NOUNS)}-${pick(TOPICS)}`;
    const path = `/${section}/${slug}`;
    // Some ten thousand titles can be made of these words; then they come with a number, as products do.
    paths.add(paths.has(path) || section === 'products' ? `${path}-${between(random, 1000, 99_999)}` : path);
  }
  return [...paths].map((path) => makePage(host, encodeURI(path)));
}

/** @param path percent-encoded, or not: what cannot be decoded stays as it is */
export function makePage(host: string, path: string): Page {
  return { pathname: displayPath(path), asReferrer: cleanReferrer(`https://${host}${path}`) };
}
