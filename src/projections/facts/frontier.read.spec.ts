import fc from 'fast-check';

import { slicesOf, type Slice } from './frontier.read.ts';

const shown = (slices: Slice[]) => slices.map(({ grain, from, to }) => `${grain} ${from}..${to}`);

describe('slices of a period', () => {
  it('are months and thirds that ended before the frontier, and days around them', () => {
    expect(shown(slicesOf('2026-08-30', '2026-11-24', '2026-11-24'))).toEqual([
      'day 2026-08-30..2026-08-31',
      'month 2026-09-01..2026-10-01',
      'third 2026-11-01..2026-11-11',
      'day 2026-11-21..2026-11-24',
    ]);
  });

  it('leave out a period that the frontier is still in, and one that is cut', () => {
    expect(shown(slicesOf('2026-10-02', '2026-10-31', '2026-10-31'))).toEqual([
      'day 2026-10-02..2026-10-10',
      'third 2026-10-11..2026-10-11',
      'day 2026-10-21..2026-10-31',
    ]);
  });

  it('are days alone before the first hit', () => {
    expect(shown(slicesOf('2026-01-01', '2026-12-31', null))).toEqual(['day 2026-01-01..2026-12-31']);
  });

  const day = fc.integer({ min: 0, max: 1200 }).map((n) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10));

  it('cover each day of the period once, and nothing that is not closed by more than days', () => {
    fc.assert(
      fc.property(day, day, day, (a, b, frontier) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const covered = slicesOf(from, to, frontier).flatMap((slice) => daysOf(slice, frontier));
        expect(covered).toEqual(daysOf({ grain: 'day', from, to }, frontier));
      }),
    );
  });
});

function daysOf({ grain, from, to }: Slice, frontier: string): string[] {
  const days: string[] = [];
  for (const at = new Date(`${from}T00:00:00Z`); at.toISOString().slice(0, 10) <= to || !startsPeriod(at, grain); ) {
    const text = at.toISOString().slice(0, 10);
    if (grain !== 'day' && text >= frontier) throw new Error(`${text} is not closed`);
    days.push(text);
    at.setUTCDate(at.getUTCDate() + 1);
  }
  return days;
}

function startsPeriod(at: Date, grain: Slice['grain']): boolean {
  const place = at.getUTCDate();
  return grain === 'day' || place === 1 || (grain === 'third' && (place === 11 || place === 21));
}
