import { engagement, event, pageView, type GivenHit, type HitOptions } from '../given.ts';
import type { Metric } from './breakdown.ts';
import { rowsOf, type LogRow } from './log-row.ts';
import { recount, type Recount } from './oracle.ts';
import type { Rules } from './rules.ts';

// Every figure here was worked out by hand. The rules are toys: what a bot or a search engine is, is told elsewhere.
const toyRules: Rules = {
  counts: (row) => row.verdict === null && row.user_agent !== 'bot' && row.referrer !== 'https://spam.example',
  agent: (row) => ({
    browser: row.user_agent,
    os: row.user_agent === 'Safari' ? 'iOS' : null,
    device: (row.width ?? 0) < 768 ? 'mobile' : 'desktop',
  }),
  source: (row) => {
    const utm = new URLSearchParams(row.query ?? '');
    return {
      source: utm.get('utm_source') ?? row.referrer,
      channel: row.referrer === null ? 'Direct' : 'Referral',
      utmSource: utm.get('utm_source'),
      utmMedium: utm.get('utm_medium'),
      utmCampaign: utm.get('utm_campaign'),
      utmTerm: utm.get('utm_term'),
      utmContent: utm.get('utm_content'),
    };
  },
};

const SITE = { siteId: 7, timezone: 'UTC' };
const DAY = '2026-03-02';

/** `at('9:00')` of the day of most examples, `at('0:10', '2026-03-03')` of another. */
function at(clock: string, day = DAY): { at: string } {
  return { at: `${day}T${clock.padStart(clock.includes(':', 3) ? 8 : 5, '0')}` };
}

function counted(...hits: GivenHit[]): Recount {
  return recountRows(rowsOf(SITE, hits));
}

function recountRows(rows: LogRow[], from = '2026-03-01', to = '2026-03-31'): Recount {
  return recount(rows, { siteId: SITE.siteId, from, to }, toyRules);
}

function row(of: Recount, metric: Metric, value: string) {
  return of.breakdown(metric).find((entry) => entry.value === value);
}

const ann = (clock: string, more: HitOptions = {}): HitOptions => ({ visitor: 'ann', ...at(clock), ...more });
const bob = (clock: string, more: HitOptions = {}): HitOptions => ({ visitor: 'bob', ...at(clock), ...more });

describe('an empty log', () => {
  it('has zeros, no rows, and nobody there', () => {
    const none = counted();
    expect(none.summary).toEqual({ visitors: 0, visits: 0, pageviews: 0, events: 0, bounces: 0, durationMs: 0 });
    expect([none.days, none.hours, none.paths, none.entry, none.exit, none.breakdown('pathname')]).toEqual(
      Array(6).fill([]),
    );
    expect(none.realtime(Date.now())).toBe(0);
  });
});

describe('visits', () => {
  it('is one visit while the gaps are shorter than 30 minutes', () => {
    const { summary } = counted(pageView('/', ann('9:00')), pageView('/a', ann('9:29:59')));
    expect(summary).toMatchObject({ visitors: 1, visits: 1, pageviews: 2, bounces: 0, durationMs: 1_799_000 });
  });

  it('starts a new visit at a gap of exactly 30 minutes', () => {
    const { summary } = counted(pageView('/', ann('9:00')), pageView('/a', ann('9:30')));
    expect(summary).toMatchObject({ visitors: 1, visits: 2, bounces: 2, durationMs: 0 });
  });

  it('measures the gap from the last hit, not from the start of the visit', () => {
    const { summary } = counted(
      pageView('/', ann('9:00')),
      pageView('/a', ann('9:20')),
      pageView('/b', ann('9:40')),
      pageView('/c', ann('10:00')),
    );
    expect(summary).toMatchObject({ visits: 1, durationMs: 3_600_000 });
  });

  it('goes by the time at which it happened, so that a late hit merges two visits', () => {
    const early = [pageView('/', ann('9:00')), pageView('/b', ann('9:40'))];
    expect(counted(...early).summary).toMatchObject({ visits: 2, bounces: 2 });
    const { summary } = counted(...early, pageView('/a', ann('9:20')));
    expect(summary).toMatchObject({ visits: 1, bounces: 0, durationMs: 2_400_000 });
  });

  it('ends a visit at the local midnight, where a new visitor begins', () => {
    const { summary, days } = counted(
      pageView('/', ann('23:55')),
      pageView('/a', { visitor: 'ann', ...at('0:05', '2026-03-03') }),
    );
    expect(summary).toMatchObject({ visitors: 2, visits: 2, bounces: 2 });
    expect(days.map(({ date, visitors }) => [date, visitors])).toEqual([
      ['2026-03-02', 1],
      ['2026-03-03', 1],
    ]);
  });

  it('tells days by the site, not by UTC', () => {
    const kathmandu = { siteId: 7, timezone: 'Asia/Kathmandu' };
    const rows = rowsOf(kathmandu, [pageView('/', ann('18:14:59')), pageView('/', ann('18:15'))]);
    const { days, hours } = recountRows(rows);
    expect(days.map((day) => day.date)).toEqual(['2026-03-02', '2026-03-03']);
    expect(hours.map((hour) => hour.date)).toEqual(['2026-03-02T23', '2026-03-03T00']);
  });

  it('keeps visitors apart', () => {
    const { summary } = counted(pageView('/', ann('9:00')), pageView('/', bob('9:01')));
    expect(summary).toMatchObject({ visitors: 2, visits: 2, pageviews: 2, bounces: 2 });
  });

  it('takes hits at the same time in the order of their positions', () => {
    const { entry, exit } = counted(pageView('/a', ann('9:00')), pageView('/b', ann('9:00')));
    expect([entry[0]?.pathname, exit[0]?.pathname]).toEqual(['/a', '/b']);
  });

  it('compares positions as numbers, not as texts', () => {
    const rows = rowsOf(SITE, [pageView('/a', ann('9:00')), pageView('/b', ann('9:00'))], 9);
    expect(rows.map((r) => r.position)).toEqual(['9', '10']);
    expect(recountRows(rows.toReversed()).entry[0]?.pathname).toBe('/a');
  });

  it('is a bounce with one page view and no custom event', () => {
    expect(counted(pageView('/', ann('9:00'))).summary.bounces).toBe(1);
    expect(counted(pageView('/', ann('9:00')), event('Signup', ann('9:01'))).summary.bounces).toBe(0);
    expect(counted(event('Signup', ann('9:01'))).summary).toMatchObject({ visits: 1, bounces: 0, events: 1 });
  });
});

describe('what does not count', () => {
  it('leaves out verdicts, bots and spam, of whatever kind the row is', () => {
    const { summary } = counted(
      pageView('/', ann('9:00')),
      pageView('/a', ann('9:10', { verdict: 1 })),
      pageView('/a', ann('9:11', { userAgent: 'bot' })),
      event('Signup', ann('9:12', { referrer: 'https://spam.example' })),
      engagement('/', 5, ann('9:13', { verdict: 2 })),
    );
    expect(summary).toMatchObject({ visitors: 1, visits: 1, pageviews: 1, events: 0, bounces: 1, durationMs: 0 });
  });

  it('does not let an uncounted hit bridge two visits', () => {
    const { summary } = counted(
      pageView('/', ann('9:00')),
      pageView('/', ann('9:20', { verdict: 1 })),
      pageView('/', ann('9:40')),
    );
    expect(summary.visits).toBe(2);
  });

  it('does not let engagement open, extend or bridge a visit', () => {
    const { summary } = counted(
      engagement('/', 5, ann('8:00')),
      pageView('/', ann('9:00')),
      engagement('/x', 5, ann('9:20')),
      pageView('/', ann('9:40')),
      engagement('/x', 5, ann('9:50')),
    );
    expect(summary).toEqual({ visitors: 1, visits: 2, pageviews: 2, events: 0, bounces: 2, durationMs: 0 });
  });

  it('leaves out other sites and other days', () => {
    const here = rowsOf(SITE, [pageView('/', ann('9:00')), pageView('/', { ...at('9:00', '2026-04-01') })]);
    const there = rowsOf({ siteId: 8, timezone: 'UTC' }, [pageView('/', ann('9:00'))], 3);
    expect(recountRows([...here, ...there]).summary.pageviews).toBe(1);
  });
});

describe('time on a page', () => {
  const secondsOn = (path: string, ...hits: GivenHit[]) => row(counted(...hits), 'pathname', path)?.visit_duration;

  it('is the sum of the engagement reported for it', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', 10, ann('9:01')), engagement('/', 5.5, ann('9:02'))];
    expect(secondsOn('/', ...hits)).toBe(15.5);
  });

  it('is at most half an hour', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', 1000, ann('9:01')), engagement('/', 1000, ann('9:02'))];
    expect(secondsOn('/', ...hits)).toBe(1800);
  });

  it('goes to the latest view of the path, in whichever visit, and never to a later one', () => {
    const hits = [
      pageView('/', ann('9:00')),
      pageView('/', ann('12:00', { hostname: 'shop.example.com' })),
      pageView('/', ann('15:00')),
      engagement('/', 10, ann('14:59')),
    ];
    expect(secondsOn('/', ...hits)).toBe(10);
    expect(counted(...hits).summary.durationMs).toBe(10_000);
  });

  it('belongs to a view at the same instant only where that one came first into the log', () => {
    const view = pageView('/', ann('9:00'));
    const report = engagement('/', 10, ann('9:00'));
    expect(secondsOn('/', view, report)).toBe(10);
    expect(secondsOn('/', report, view)).toBeNull();
  });

  it('is not told by a report on another day or by another visitor', () => {
    const view = pageView('/', ann('23:59'));
    expect(secondsOn('/', view, engagement('/', 10, { visitor: 'ann', ...at('0:01', '2026-03-03') }))).toBeNull();
    expect(secondsOn('/', view, engagement('/', 10, bob('23:59:30')))).toBeNull();
  });

  it('falls back to the t of the next page view of the visit, over events', () => {
    const hits = [
      pageView('/', ann('9:00')),
      event('Play', ann('9:01', { seconds: 99 })),
      pageView('/a', ann('9:02', { seconds: 40 })),
    ];
    expect(secondsOn('/', ...hits)).toBe(40);
    expect(secondsOn('/a', ...hits)).toBeNull();
  });

  it('caps that t too', () => {
    expect(secondsOn('/', pageView('/', ann('9:00')), pageView('/a', ann('9:29', { seconds: 86_400 })))).toBe(1800);
  });

  it('does not fall back where there is engagement, be it of 0 seconds', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', 0, ann('9:01')), pageView('/a', ann('9:02', { seconds: 9 }))];
    expect(secondsOn('/', ...hits)).toBe(0);
  });

  it('falls back where the engagement told no seconds', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', null, ann('9:01')), pageView('/a', ann('9:02', { seconds: 9 }))];
    expect(secondsOn('/', ...hits)).toBe(9);
  });

  it('does not fall back over the end of a visit', () => {
    expect(secondsOn('/', pageView('/', ann('9:00')), pageView('/a', ann('9:30', { seconds: 40 })))).toBeNull();
  });

  it('is a mean over the views whose time is known', () => {
    const hits = [
      pageView('/', ann('9:00')),
      pageView('/', ann('9:01', { seconds: 10 })),
      pageView('/', ann('9:02', { seconds: 20 })),
      pageView('/', bob('9:00')),
    ];
    expect(row(counted(...hits), 'pathname', '/')).toMatchObject({ pageviews: 4, visit_duration: 15 });
  });
});

describe('visit duration', () => {
  it('adds the time of the last page view where that is the last hit', () => {
    const hits = [pageView('/', ann('9:00')), pageView('/a', ann('9:10')), engagement('/a', 30, ann('9:11'))];
    expect(counted(...hits).summary.durationMs).toBe(630_000);
  });

  it('does not add it where an event came after', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', 30, ann('9:01')), event('Play', ann('9:02'))];
    expect(counted(...hits).summary.durationMs).toBe(120_000);
  });

  it('adds no more than half an hour', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', 86_400, ann('23:00'))];
    expect(counted(...hits).summary.durationMs).toBe(1_800_000);
  });

  it('does not add the time of the page views before', () => {
    const hits = [pageView('/', ann('9:00')), engagement('/', 50, ann('9:01')), pageView('/a', ann('9:02'))];
    expect(counted(...hits).summary.durationMs).toBe(120_000);
  });
});

describe('hours', () => {
  it('counts visitors where they had a hit, visits where they started, views where they were', () => {
    const { hours } = counted(
      pageView('/', ann('9:50')),
      pageView('/a', ann('10:05')),
      event('Play', ann('10:06')),
      event('Play', bob('10:07')),
      engagement('/a', 5, ann('11:00')),
    );
    expect(hours).toEqual([
      { date: '2026-03-02T09', visitors: 1, visits: 1, pageviews: 1 },
      { date: '2026-03-02T10', visitors: 2, visits: 1, pageviews: 1 },
    ]);
  });

  it('has the repeated hour of a 25-hour day once', () => {
    const berlin = { siteId: 7, timezone: 'Europe/Berlin' };
    const hits = ['2026-10-25T00:30', '2026-10-25T01:30'].map((time) => pageView('/', { visitor: 'ann', at: time }));
    const { hours, summary } = recountRows(rowsOf(berlin, hits), '2026-10-25', '2026-10-25');
    expect(hours).toEqual([{ date: '2026-10-25T02', visitors: 1, visits: 2, pageviews: 2 }]);
    expect(summary).toMatchObject({ visitors: 1, visits: 2 });
  });
});

describe('breakdowns', () => {
  it('takes source and UTM from the first hit of each visit', () => {
    const google = { referrer: 'https://google.com' };
    const of = counted(
      event('Play', ann('9:00', google)),
      pageView('/', ann('9:01', { query: 'utm_source=mail&utm_medium=email' })),
      pageView('/', ann('12:00', { query: 'utm_source=mail&utm_campaign=spring' })),
    );
    expect(of.breakdown('referrer').map((r) => [r.value, r.visits])).toEqual([
      ['https://google.com', 1],
      ['mail', 1],
    ]);
    expect(of.breakdown('channel').map((r) => r.value)).toEqual(['Direct', 'Referral']);
    expect(of.breakdown('utm_source')).toEqual([
      { value: 'mail', visitors: 1, visits: 1, pageviews: 1, bounce_rate: 1, visit_duration: 0 },
    ]);
    expect([of.breakdown('utm_medium'), of.breakdown('utm_campaign').map((r) => r.value)]).toEqual([[], ['spring']]);
  });

  it('takes country, browser and device from the first hit of the visitor’s day, for all visits', () => {
    const of = counted(
      pageView('/', ann('9:00', { country: 'DE', userAgent: 'Safari', width: 320 })),
      pageView('/', ann('12:00', { country: 'FR', userAgent: 'Chrome', width: 1920 })),
    );
    const values = (['country', 'browser', 'os', 'device'] as const).map((metric) => of.breakdown(metric));
    expect(values.map((rows) => rows.map((r) => [r.value, r.visits]))).toEqual(
      ['DE', 'Safari', 'iOS', 'mobile'].map((value) => [[value, 2]]),
    );
  });

  it('has no row for what is unknown, even where a later hit knows it', () => {
    const of = counted(pageView('/', ann('9:00')), pageView('/', ann('9:01', { country: 'DE' })));
    expect(of.breakdown('country')).toEqual([]);
  });

  it('takes the hostname of the entry page', () => {
    const of = counted(
      event('Play', ann('9:00', { hostname: 'a.example' })),
      pageView('/', ann('9:01', { hostname: 'b.example' })),
      pageView('/', ann('9:02', { hostname: 'c.example' })),
      event('Play', bob('9:00', { hostname: 'd.example' })),
    );
    expect(of.breakdown('hostname').map((r) => r.value)).toEqual(['b.example']);
  });

  it('counts a visitor with two visits of a value once a day, and again on the next', () => {
    const google = { referrer: 'https://google.com' };
    const of = counted(
      pageView('/', ann('9:00', google)),
      pageView('/', ann('12:00', google)),
      pageView('/', { visitor: 'ann', ...at('9:00', '2026-03-03'), ...google }),
      pageView('/', { visitor: 'ann', ...at('9:01', '2026-03-03') }),
    );
    expect(of.breakdown('referrer')).toEqual([
      {
        value: 'https://google.com',
        visitors: 2,
        visits: 3,
        pageviews: 4,
        bounce_rate: 2 / 3,
        visit_duration: 20,
      },
    ]);
  });

  it('tells of a page who saw it, how often, and how many that entered there bounced', () => {
    const of = counted(
      pageView('/', ann('9:00')),
      pageView('/a', ann('9:01')),
      pageView('/', ann('9:02')),
      pageView('/', bob('9:00')),
    );
    expect(of.breakdown('pathname')).toEqual([
      { value: '/', visitors: 2, visits: 2, pageviews: 3, bounce_rate: 0.5, visit_duration: null },
      { value: '/a', visitors: 1, visits: 1, pageviews: 1, bounce_rate: null, visit_duration: null },
    ]);
  });

  it('tells of an event who did it, in how many visits and how often, and nothing else', () => {
    const of = counted(event('Play', ann('9:00')), event('Play', ann('9:01')), event('Play', ann('12:00')));
    const nothing = { pageviews: null, bounce_rate: null, visit_duration: null };
    expect(of.breakdown('event')).toEqual([{ value: 'Play', visitors: 1, visits: 2, events: 3, ...nothing }]);
  });

  it('orders by visitors, then by the bytes of the value', () => {
    const paths = ['/b', '/\u{1F600}', '/\uFB03', '/B'];
    const of = counted(...paths.map((path) => pageView(path, ann('9:00'))), pageView('/z', ann('9:00')), pageView('/z', bob('9:00')));
    expect(of.breakdown('pathname').map((r) => r.value)).toEqual(['/z', '/B', '/b', '/\uFB03', '/\u{1F600}']);
  });
});

describe('paths, entries and exits', () => {
  it('collapses repeats, leaves events out and ends after five pages', () => {
    const of = counted(
      ...['/', '/', '/a', '/', '/b', '/b', '/c', '/d'].map((path, i) => pageView(path, ann(`9:0${i}`))),
      event('Play', ann('9:00:30')),
    );
    const steps = ['/', '/a', '/', '/b', '/c'];
    expect(of.paths).toEqual([{ path: '/ -> /a -> / -> /b -> /c', steps, visits: 1, visitors: 1 }]);
  });

  it('counts the visits and visitors of a path', () => {
    const of = counted(pageView('/', ann('9:00')), pageView('/', ann('12:00')), pageView('/', bob('9:00')));
    expect(of.paths).toEqual([{ path: '/', steps: ['/'], visits: 3, visitors: 2 }]);
  });

  it('has no path, entry or exit for a visit without page view', () => {
    const of = counted(event('Play', ann('9:00')));
    expect([of.paths, of.entry, of.exit, of.breakdown('entry_page'), of.breakdown('exit_page')]).toEqual(
      Array(5).fill([]),
    );
  });

  it('tells how many bounced at an entry, and how many visits with a page ended there', () => {
    const of = counted(
      pageView('/', ann('9:00')),
      pageView('/a', ann('9:01')),
      event('Play', ann('9:02')),
      pageView('/', bob('9:00')),
      pageView('/a', bob('9:01')),
      pageView('/', bob('9:02')),
      pageView('/', bob('12:00')),
    );
    expect(of.entry).toEqual([{ pathname: '/', visitors: 2, visits: 3, bounce_rate: 1 / 3 }]);
    expect(of.exit).toEqual([
      { pathname: '/', visitors: 1, visits: 2, exit_rate: 2 / 3 },
      { pathname: '/a', visitors: 1, visits: 1, exit_rate: 1 / 2 },
    ]);
    expect(row(of, 'entry_page', '/')).toMatchObject({ visits: 3, pageviews: 6 });
    expect(row(of, 'exit_page', '/a')).toMatchObject({ visits: 1, pageviews: 2, visit_duration: 120 });
  });
});

describe('who is there now', () => {
  const now = Date.parse('2026-03-02T09:05:00Z');

  it('counts visitors with a hit in the last 300 seconds, one exactly 300 seconds ago not', () => {
    expect(counted(pageView('/', ann('9:00'))).realtime(now)).toBe(0);
    expect(counted(pageView('/', ann('9:00:01')), event('Play', bob('9:05'))).realtime(now)).toBe(2);
  });

  it('counts a visitor once, and neither engagement nor hits that do not count nor the future', () => {
    const of = counted(
      pageView('/', ann('9:04')),
      pageView('/a', ann('9:04:30')),
      engagement('/', 3, bob('9:04')),
      pageView('/', bob('9:04', { verdict: 1 })),
      pageView('/', bob('9:05:01')),
    );
    expect(of.realtime(now)).toBe(1);
  });

  it('looks back 24 hours over midnight, whatever the period', () => {
    const rows = rowsOf(SITE, [
      pageView('/', { visitor: 'ann', at: '2026-03-01T09:05:01' }),
      pageView('/', { visitor: 'ann', at: '2026-03-01T09:05:00' }),
      pageView('/', { visitor: 'bob', at: '2026-03-02T08:00:00' }),
      pageView('/', { visitor: 'bob', at: '2026-03-01T23:00:00' }),
    ]);
    expect(recountRows(rows, '2025-01-01', '2025-01-02').last24h(now)).toBe(3);
  });
});
