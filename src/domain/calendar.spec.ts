import fc from 'fast-check';
import { addDays, daysBetween, firstOfMonth, isCalendarDay } from './calendar.ts';

const day = fc
  .date({ min: new Date('0100-01-01'), max: new Date('9800-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('calendar days', () => {
  it.each(['2026-11-23', '2028-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('%s is one', (text) => {
    expect(isCalendarDay(text)).toBe(true);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '2026-11-31',
    '0000-01-01',
    '20261123',
    '',
  ])('%j is none', (text) => {
    expect(isCalendarDay(text)).toBe(false);
  });

  it('are added to and counted over months, years and leap days', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
    expect(daysBetween('2028-02-01', '2028-03-01')).toBe(29);
    expect(daysBetween('2026-11-23', '2026-11-23')).toBe(0);
    expect(daysBetween('2026-11-23', '2026-11-20')).toBe(-3);
  });

  it('are as far apart as the days added', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -30_000, max: 30_000 }), (from, n) => {
        expect(daysBetween(from, addDays(from, n))).toBe(n);
        expect(isCalendarDay(addDays(from, n))).toBe(true);
      }),
    );
  });

  it('know the first of months before and after', () => {
    expect(firstOfMonth('2026-11-23')).toBe('2026-11-01');
    expect(firstOfMonth('2026-11-23', -11)).toBe('2025-12-01');
    expect(firstOfMonth('2026-11-30', 3)).toBe('2027-02-01');
    expect(firstOfMonth('2026-01-31', -1)).toBe('2025-12-01');
  });

  it('refuse what is no day', () => {
    expect(() => addDays('nonsense', 1)).toThrow(RangeError);
    expect(() => daysBetween('2026-01-01', '')).toThrow(RangeError);
  });
});
