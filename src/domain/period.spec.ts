import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { addDays, daysBetween, isCalendarDay } from './calendar.ts';
import { parsePeriod, type Period } from './period.ts';

const TODAY = '2026-11-23';

function period(text: string, today = TODAY): Period {
  const parsed = parsePeriod(text, today);
  if ('error' in parsed) throw new Error(`${text}: ${parsed.error}`);
  return parsed;
}

describe('parsePeriod', () => {
  it.each([
    ['today', '2026-11-23', '2026-11-23', '2026-11-22', '2026-11-22'],
    ['7d', '2026-11-17', '2026-11-23', '2026-11-10', '2026-11-16'],
    ['30d', '2026-10-25', '2026-11-23', '2026-09-25', '2026-10-24'],
    ['12mo', '2025-12-01', '2026-11-23', '2024-12-01', '2025-11-30'],
    ['2026-11-01,2026-11-23', '2026-11-01', '2026-11-23', '2026-10-09', '2026-10-31'],
  ])('%s is %s to %s, compared with %s to %s', (name, from, to, previousFrom, previousTo) => {
    const previous = { from: previousFrom, to: previousTo };
    expect(period(name)).toEqual({ name, from, to, previous, partial: true });
  });

  it('is partial only where today is in it', () => {
    expect(period('2026-11-01,2026-11-22').partial).toBe(false);
    expect(period('2026-11-24,2026-12-01').partial).toBe(false);
    expect(period('2026-11-23,2026-11-23').partial).toBe(true);
  });

  it.each([
    ['the future', '2030-01-01,2030-12-31'],
    ['one day', '2026-11-23,2026-11-23'],
    ['five whole years', '2021-01-01,2025-12-31'],
    ['five years from a leap day', '2024-02-29,2029-02-28'],
  ])('%s is allowed', (_, text) => {
    expect(period(text).name).toBe(text);
  });

  it.each([
    ['', 'must be today, 7d, 30d, 12mo or YYYY-MM-DD,YYYY-MM-DD'],
    ['90d', 'must be today, 7d, 30d, 12mo or YYYY-MM-DD,YYYY-MM-DD'],
    ['TODAY', 'must be today, 7d, 30d, 12mo or YYYY-MM-DD,YYYY-MM-DD'],
    ['2026-11-01', 'must be today, 7d, 30d, 12mo or YYYY-MM-DD,YYYY-MM-DD'],
    ['2026-11-01,2026-11-02,2026-11-03', 'must be today, 7d, 30d, 12mo or YYYY-MM-DD,YYYY-MM-DD'],
    ['2026-02-29,2026-03-01', 'must have two dates of the calendar, as YYYY-MM-DD'],
    ['2026-2-1,2026-03-01', 'must have two dates of the calendar, as YYYY-MM-DD'],
    [',', 'must have two dates of the calendar, as YYYY-MM-DD'],
    ['2026-11-02,2026-11-01', 'must not end before it starts'],
    ['2021-01-01,2026-01-01', 'must be at most 5 years'],
    ['2024-02-29,2029-03-01', 'must be at most 5 years'],
    ['0001-01-01,0001-01-02', 'must lie between 1970-01-01 and 2999-12-31'],
    ['9999-12-31,9999-12-31', 'must lie between 1970-01-01 and 2999-12-31'],
  ])('%j is refused: %s', (text, error) => {
    expect(parsePeriod(text, TODAY)).toEqual({ error });
  });

  it('compares 12 months with the 12 before, where a leap day makes them longer', () => {
    expect(period('12mo', '2029-02-10').previous).toEqual({ from: '2027-03-01', to: '2028-02-29' });
  });

  it('takes 12 months by the calendar on the last day of a long month', () => {
    expect(period('12mo', '2028-02-29')).toMatchObject({
      from: '2027-03-01',
      to: '2028-02-29',
      previous: { from: '2026-03-01', to: '2027-02-28' },
    });
  });

  it('compares with as many days that end the day before, on any day', () => {
    const today = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays('1975-01-01', n));
    const range = fc.tuple(today, fc.nat(1800)).map(([from, n]) => `${from},${addDays(from, n)}`);
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom('today', '7d', '30d'), range), today, (text, now) => {
        const { from, to, previous } = period(text, now);
        expect(daysBetween(previous.from, previous.to)).toBe(daysBetween(from, to));
        expect(addDays(previous.to, 1)).toBe(from);
        expect([from, to, previous.from, previous.to].every(isCalendarDay)).toBe(true);
      }),
    );
  });

  it('answers any text', () => {
    const unit = fc.constantFrom(...'0123456789-,dmo today');
    const text = fc.oneof(fc.string({ unit }), anyText());
    fc.assert(fc.property(text, (s) => void parsePeriod(s, TODAY)));
  });
});
