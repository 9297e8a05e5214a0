/**
 * Days as `YYYY-MM-DD` text, years 0001 to 9999, without any time zone: they compare and sort as text, and they are
 * what the log stores.
 */
const DAY_MS = 86_400_000;

/** Whether the text is a date of the calendar: `2028-02-29` is one, `2026-02-29` and `2026-2-3` are none. */
export function isCalendarDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= '0001' && text === dayOf(Date.parse(text));
}

/** The day `n` days later (earlier where negative). @throws RangeError where `day` is no date */
export function addDays(day: string, n: number): string {
  return new Date(dayStart(day) + n * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one to the other, negative where `to` is earlier: 0 for the same day. @throws RangeError for no date */
export function daysBetween(from: string, to: string): number {
  return (dayStart(to) - dayStart(from)) / DAY_MS;
}

/** The first day of the month that lies so many months after (before, where negative) the month of `day`. */
export function firstOfMonth(day: string, months = 0): string {
  const count = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const year = String(Math.floor(count / 12)).padStart(4, '0');
  return `${year}-${String((count % 12) + 1).padStart(2, '0')}-01`;
}

function dayStart(day: string): number {
  const ms = Date.parse(day);
  if (Number.isNaN(ms)) throw new RangeError(`Not a day: ${day}`);
  return ms;
}

function dayOf(ms: number): string | null {
  return Number.isNaN(ms) ? null : new Date(ms).toISOString().slice(0, 10);
}
