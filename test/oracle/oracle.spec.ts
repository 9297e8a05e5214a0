import { engagement, event, pageView, type GivenHit } from '../given.ts';
import { SITE, ann, at, bob, counted, recountRows, row } from './by-hand.ts';
import { rowsOf } from './log-row.ts';

// Every figure here was worked out by hand.

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
    const next = pageView('/a', ann('9:02', { seconds: 9 }));
    expect(secondsOn('/', pageView('/', ann('9:00')), engagement('/', 0, ann('9:01')), next)).toBe(0);
  });

  it('falls back where the engagement told no seconds', () => {
    const next = pageView('/a', ann('9:02', { seconds: 9 }));
    expect(secondsOn('/', pageView('/', ann('9:00')), engagement('/', null, ann('9:01')), next)).toBe(9);
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
