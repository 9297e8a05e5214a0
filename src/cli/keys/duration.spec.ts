import { duration, momentFrom, parseDuration } from './duration.ts';

it.each([
  ['30s', 30_000],
  ['10m', 600_000],
  ['12 h', 43_200_000],
  ['90D', 7_776_000_000],
  ['2w', 1_209_600_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', 'd', '1.5h', '-1d', '1y', '1d2h', '999999999w', '2030-01-01'])('"%s" is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

it('takes a bare number for seconds where an option says how long', () => {
  expect(duration('90')).toBe(90_000);
  expect(() => duration('soon')).toThrow('10m');
});

it('counts a moment from now, and leaves a time as it is for the command to judge', () => {
  const moment = momentFrom(() => Date.parse('2026-03-02T09:00:00Z'));
  expect(moment('90d')).toBe('2026-05-31T09:00:00.000Z');
  expect(moment('2030-01-31')).toBe('2030-01-31');
});
