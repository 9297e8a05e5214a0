import type { ArbitraryLog } from '../arbitrary/log.ts';
import { engagement, event, pageView, type GivenHit, type HitOptions } from '../given.ts';

const at = (clock: string, more: HitOptions = {}): HitOptions => ({ at: `2026-06-15T${clock}`, visitor: 1n, ...more });

function utc(...hits: GivenHit[]): ArbitraryLog {
  return { zones: ['UTC'], arrivals: hits.map((hit) => ({ site: 0, hit })) };
}

/** Logs that an incremental fold gets wrong first. Told in the order of arrival; asked before any random log. */
export const HARD_CASES: Readonly<Record<string, ArbitraryLog>> = {
  'a late hit merges two visits, bounces both': utc(
    pageView('/', at('09:00')),
    pageView('/b', at('09:40')),
    pageView('/a', at('09:20')),
  ),
  'pages whose names read like sequences of others': utc(
    ...['/a', '/b', '/c'].map((path, i) => pageView(path, at(`09:0${i}`, { visitor: 1n }))),
    ...['/a -> /b', '/c'].map((path, i) => pageView(path, at(`09:0${i}`, { visitor: 2n }))),
    ...['/a', '/b -> /c'].map((path, i) => pageView(path, at(`09:0${i}`, { visitor: 3n }))),
    pageView('/a -> /b -> /c', at('09:00', { visitor: 4n })),
  ),
  'a late hit merges three visits by a chain of two': utc(
    pageView('/', at('09:00')),
    pageView('/', at('09:40')),
    pageView('/', at('10:20')),
    event('Play', at('10:00')),
    event('Play', at('09:20')),
  ),
  'a late first hit brings another source, country, device and entry': utc(
    pageView('/b', at('09:10', { country: 'US', width: 1920, referrer: 'https://t.co/x', hostname: 'b.example' })),
    pageView('/b', at('12:00', { country: 'US', width: 1920 })),
    pageView('/a', at('09:00', { country: 'DE', width: 320, query: 'utm_source=mail', hostname: 'a.example' })),
  ),
  'a late first hit makes known values unknown': utc(
    pageView('/', at('09:10', { country: 'US', referrer: 'https://google.com' })),
    event('Play', at('09:00')),
  ),
  'a late event takes the bounce, and the time after the last hit': utc(
    pageView('/', at('09:00')),
    engagement('/', 40, at('09:01')),
    event('Play', at('09:02')),
  ),
  'an event that happened by itself leaves a bounce one, until something is done': utc(
    pageView('/', at('09:00')),
    event('Shown', at('09:01', { interactive: false })),
    pageView('/', at('10:00')),
    event('Shown', at('10:01', { interactive: false })),
    event('Shown', at('10:01')),
    pageView('/', at('12:00', { visitor: 2n })),
    event('Shown', at('12:10', { visitor: 2n, interactive: false })),
    event('Play', at('12:05', { visitor: 2n })),
  ),
  'events that happened by themselves merge two bounces, and begin a visit': utc(
    pageView('/', at('09:00')),
    pageView('/', at('09:40')),
    event('Shown', at('09:20', { interactive: false })),
    event('Shown', at('12:00', { interactive: false })),
    pageView('/', at('12:10')),
    event('Shown', at('15:00', { interactive: false })),
    // Neither is an event.
    pageView('/', at('18:00', { interactive: false })),
    engagement('/', 5, at('18:01', { interactive: false })),
  ),
  'a late view takes over the engagement of an earlier one': utc(
    pageView('/', at('09:00')),
    engagement('/', 40, at('09:10')),
    engagement('/', 7, at('09:04')),
    pageView('/', at('09:05')),
  ),
  'a later report tells other vitals, and no deeper scroll, of pages that are then rolled up': utc(
    pageView('/', at('09:00')),
    engagement('/', 3, at('09:01', { scroll: 80, vitals: { lcp: 1205, inp: 40, cls: 0.1 } })),
    engagement('/', 3, at('09:03', { scroll: 20, vitals: { lcp: 999, cls: 0.1 } })),
    pageView('/', { at: '2026-07-15T09:00', visitor: 1n }),
    engagement('/', 3, at('09:02', { scroll: 100, vitals: { lcp: 5000, inp: 16 } })),
    engagement('/', 3, at('09:04', { vitals: { inp: 200 } })),
  ),
  'a late view takes over scroll and vitals, and a view’s own are of the one before it': utc(
    pageView('/', at('09:00')),
    engagement('/', 40, at('09:10', { scroll: 60, vitals: { lcp: 1200 } })),
    pageView('/b', at('09:20', { scroll: 10, vitals: { lcp: 700, cls: 0.2 } })),
    event('Play', at('09:21', { scroll: 90, vitals: { lcp: 1 } })),
    pageView('/', at('09:05')),
    pageView('/a', at('09:15', { scroll: 30 })),
    engagement('/a', null, at('09:16', { vitals: { inp: 3 } })),
  ),
  'engagement that came before its view, and some that never gets one': utc(
    engagement('/', 40, at('09:10')),
    engagement('/never', 40, at('09:10')),
    pageView('/', at('09:00')),
  ),
  'a late view comes between a view and the t that was of it': utc(
    pageView('/', at('09:00')),
    pageView('/b', at('09:10', { seconds: 60 })),
    pageView('/a', at('09:05', { seconds: 30 })),
  ),
  'a merge lets the t of a visit’s first view reach the visit before': utc(
    pageView('/', at('09:00')),
    pageView('/b', at('09:40', { seconds: 60 })),
    event('Play', at('09:20')),
  ),
  'more seconds of engagement than four bytes hold': utc(
    pageView('/', at('00:00')),
    ...Array.from({ length: 30 }, () => engagement('/', 86_400, at('09:00'))),
  ),
  'pages that differ after two thousand characters': utc(
    pageView(`/${'x'.repeat(2030)}1`, at('09:00')),
    pageView(`/${'x'.repeat(2030)}2`, at('09:01')),
  ),
  'a sixth page, which a late one pushes out of the path': utc(
    ...['/', '/a', '/b', '/c', '/d'].map((path, i) => pageView(path, at(`09:0${i}`))),
    pageView('/x', at('09:00:30')),
  ),
  'a late page ends a repeat, and another makes one': utc(
    pageView('/', at('09:00')),
    pageView('/', at('09:02')),
    pageView('/a', at('09:01')),
    pageView('/', at('09:03')),
  ),
  'the hour that comes twice, and the midnight after it': {
    zones: ['Europe/Berlin', 'UTC'],
    arrivals: ['2026-10-25T00:30', '2026-10-25T01:10', '2026-10-25T22:59:59.999', '2026-10-25T23:00'].flatMap((time) =>
      [0, 1].map((site) => ({ site, hit: pageView('/', { at: time, visitor: 1n }) })),
    ),
  },
  'hits at one instant, their engagement too': utc(
    engagement('/', 3, at('09:00')),
    pageView('/', at('09:00')),
    engagement('/', 5, at('09:00')),
    pageView('/', at('09:00')),
    pageView('/a', at('09:00', { seconds: 9 })),
  ),
  'a page is excluded between its hits, and counted again': {
    ...utc(
      pageView('/', at('09:00')),
      pageView('/a', at('09:10')),
      engagement('/a', 30, at('09:11')),
      pageView('/a', at('09:20')),
      engagement('/a', 30, at('09:21')),
      event('Play', at('09:25', { pathname: '/a' })),
      pageView('/b', at('09:50')),
      pageView('/a', at('09:30')),
    ),
    changes: [
      { before: 3, site: 0, patterns: ['/a'] },
      { before: 6, site: 0, patterns: ['/c'] },
      { before: 7, site: 0, patterns: [] },
    ],
  },
  'a late hit of an excluded page merges nothing': {
    ...utc(pageView('/', at('09:00')), pageView('/', at('09:40')), pageView('/b/1', at('09:20'))),
    changes: [{ before: 2, site: 0, patterns: ['/b/*'] }],
  },
  'an event of another page comes between two views of one': utc(
    pageView('/', at('09:00')),
    event('Play', at('09:01', { pathname: '/a' })),
    pageView('/', at('09:02', { seconds: 30 })),
    event('Play', at('09:03')),
    event('Play', at('09:04')),
    pageView('/a', at('09:05', { seconds: 20 })),
  ),
  'uncounted hits before, between and after': utc(
    pageView('/', at('09:00', { verdict: 1, country: 'US' })),
    pageView('/', at('09:10', { country: 'DE' })),
    event('Play', at('09:30', { userAgent: 'curl/8.11.0' })),
    pageView('/', at('09:40', { country: 'DE' })),
    engagement('/', 30, at('09:41', { verdict: 2 })),
  ),
  'the same visitor of another day, month and site': {
    zones: ['UTC', 'UTC'],
    arrivals: ['2026-06-30T23:50', '2026-07-01T00:05', '2026-12-31T23:59', '2027-01-01T00:00'].flatMap((time) =>
      [0, 1].map((site) => ({ site, hit: pageView('/', { at: time, visitor: 1n, country: 'DE' }) })),
    ),
  },
};
