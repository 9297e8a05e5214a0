import { periodOf, piecesOf } from './plan.ts';

const days = (siteId: number, ...all: [day: string, hits: number][]) =>
  all.map(([day, hits]) => ({ site_id: siteId, day, hits }));
const cut = (all: ReturnType<typeof days>, most: number) =>
  piecesOf(all, most).map((p) => `${p.siteId} ${p.month}: ${p.fromDay} to ${p.toDay}, ${p.hits}`);

describe('the pieces that days are built in', () => {
  it('are months, and several of them where they are small', () => {
    const all = [...days(1, ['2026-01-05', 3], ['2026-02-28', 3], ['2026-04-01', 9], ['2026-05-02', 1]), ...days(2, ['2026-05-03', 1])];
    expect(cut(all, 10)).toEqual([
      '1 2026-01-01: 2026-01-01 to 2026-02-28, 6',
      '1 2026-04-01: 2026-04-01 to 2026-05-31, 10',
      '2 2026-05-01: 2026-05-01 to 2026-05-31, 1',
    ]);
  });

  it('are thirds of a large month, and days of a large third', () => {
    const all = days(1, ['2024-02-01', 4], ['2024-02-10', 5], ['2024-02-11', 9], ['2024-02-12', 11], ['2024-02-29', 2], ['2024-03-01', 1]);
    expect(cut(all, 10)).toEqual([
      '1 2024-02-01: 2024-02-01 to 2024-02-10, 9',
      '1 2024-02-01: 2024-02-11 to 2024-02-11, 9',
      '1 2024-02-01: 2024-02-12 to 2024-02-12, 11',
      '1 2024-02-01: 2024-02-21 to 2024-02-29, 2',
      '1 2024-03-01: 2024-03-01 to 2024-03-31, 1',
    ]);
  });
});

describe('the period of a day', () => {
  it.each([
    ['2026-02-10', 'third', '2026-02-01', '2026-02-10'],
    ['2026-02-11', 'third', '2026-02-11', '2026-02-20'],
    ['2026-01-31', 'third', '2026-01-21', '2026-01-31'],
    ['2026-12-31', 'month', '2026-12-01', '2026-12-31'],
    ['2024-02-29', 'month', '2024-02-01', '2024-02-29'],
    ['2024-02-29', 'day', '2024-02-29', '2024-02-29'],
  ] as const)('of %s is, as a %s, from %s to %s', (day, grain, from, to) => {
    expect(periodOf(day, grain)).toEqual([from, to]);
  });
});
