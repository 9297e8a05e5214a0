import { addDays, daysBetween, firstOfMonth, isCalendarDay } from './calendar.ts';

/** Days of a site, both inclusive, `YYYY-MM-DD` in the site's time zone. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface Period extends DayRange {
  /** As asked for: `30d`, or the two days of a range of one's own. */
  readonly name: string;
  /** What it is compared with: as many days, ending the day before; for `12mo` the 12 calendar months before. */
  readonly previous: DayRange;
  /** It includes today, so its figures still grow. */
  readonly partial: boolean;
}

/** Rolling periods in days, today included. */
const ROLLING: ReadonlyMap<string, number> = new Map([
  ['today', 1],
  ['7d', 7],
  ['30d', 30],
]);

const MAX_YEARS = 5;
/** Days that every consumer can add to and subtract from without leaving the years that PostgreSQL's texts have. */
const FIRST_DAY = '1970-01-01';
const LAST_DAY = '2999-12-31';

/**
 * A period as in `?period=`: `today`, `7d`, `30d`, `12mo` or `YYYY-MM-DD,YYYY-MM-DD` (inclusive, at most 5 years, the
 * future allowed). `12mo` is this calendar month up to today and the 11 before it, whole.
 *
 * @param today the local date at the site
 * @returns an error for the client, to be put after the parameter's name. Never throws for any text.
 */
export function parsePeriod(text: string, today: string): Period | { error: string } {
  const days = ROLLING.get(text);
  if (days !== undefined) return period(text, addDays(today, 1 - days), today, today);
  if (text === '12mo') return twelveMonths(today);
  const [from, to, ...rest] = text.split(',', 3);
  if (from === undefined || to === undefined || rest.length > 0) {
    return { error: 'must be today, 7d, 30d, 12mo or YYYY-MM-DD,YYYY-MM-DD' };
  }
  const error = rangeError(from, to);
  return error === null ? period(text, from, to, today) : { error };
}

function rangeError(from: string, to: string): string | null {
  if (!isCalendarDay(from) || !isCalendarDay(to)) return 'must have two dates of the calendar, as YYYY-MM-DD';
  if (from > to) return 'must not end before it starts';
  if (from < FIRST_DAY || to > LAST_DAY) return `must lie between ${FIRST_DAY} and ${LAST_DAY}`;
  // Compared as text: the anniversary of 29 February need not exist to be what the 28th lies before.
  const anniversary = `${Number(from.slice(0, 4)) + MAX_YEARS}${from.slice(4)}`;
  return to < anniversary ? null : `must be at most ${MAX_YEARS} years`;
}

function period(name: string, from: string, to: string, today: string): Period {
  const length = daysBetween(from, to) + 1;
  const previous = { from: addDays(from, -length), to: addDays(from, -1) };
  return { name, from, to, previous, partial: from <= today && today <= to };
}

function twelveMonths(today: string): Period {
  const from = firstOfMonth(today, -11);
  const previous = { from: firstOfMonth(from, -12), to: addDays(from, -1) };
  return { name: '12mo', from, to: today, previous, partial: true };
}
