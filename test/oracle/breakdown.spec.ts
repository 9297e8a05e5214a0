import { engagement, event, pageView } from '../given.ts';
import { SITE, ann, at, bob, counted, recountRows, row } from './by-hand.ts';
import { rowsOf } from './log-row.ts';

// Every figure here was worked out by hand.

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
    const unknown = { visit_duration: null, scroll_depth: null, time_on_page: null };
    expect(of.breakdown('pathname')).toEqual([
      { value: '/', visitors: 2, visits: 2, pageviews: 3, bounce_rate: 0.5, ...unknown },
      { value: '/a', visitors: 1, visits: 1, pageviews: 1, bounce_rate: null, ...unknown },
    ]);
  });

  it('tells of an event who did it, in how many visits and how often, and nothing else', () => {
    const of = counted(event('Play', ann('9:00')), event('Play', ann('9:01')), event('Play', ann('12:00')));
    const nothing = { pageviews: null, bounce_rate: null, visit_duration: null };
    expect(of.breakdown('event')).toEqual([{ value: 'Play', visitors: 1, visits: 2, events: 3, ...nothing }]);
  });

  it('orders by visitors, then by the bytes of the value', () => {
    const paths = ['/b', '/\u{1F600}', '/\uFB03', '/B'];
    const seen = paths.map((path) => pageView(path, ann('9:00')));
    const of = counted(...seen, pageView('/z', ann('9:00')), pageView('/z', bob('9:00')));
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
