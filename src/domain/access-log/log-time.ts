const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const COMMON = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const WALL = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** `10/Oct/2026:13:55:36 -0700`, as Apache, nginx and Caddy's `common_log` write it, in epoch ms; NaN for anything else. */
export function commonTime(text: string): number {
  const [, day, monthName = '', year, hour, minute, second, sign, hours, minutes] = COMMON.exec(text) ?? [];
  const month = MONTHS.indexOf(monthName);
  if (month < 0) return Number.NaN;
  const local = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second));
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? local + offset : local - offset;
}

/**
 * Caddy's `ts` by any of its time formats, in epoch ms; NaN for anything else. Numbers are seconds, milliseconds or
 * nanoseconds, which their size tells; the wall clock is that of UTC, as it is by default.
 */
export function caddyTime(ts: unknown): number {
  if (typeof ts === 'number') return ofNumber(ts);
  if (typeof ts !== 'string') return Number.NaN;
  if (/^\d+(?:\.\d+)?$/.test(ts)) return ofNumber(Number(ts));
  if (ISO.test(ts)) return Date.parse(ts.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  const [, year, month, day, time] = WALL.exec(ts) ?? [];
  return time === undefined ? commonTime(ts) : Date.parse(`${year}-${month}-${day}T${time}Z`);
}

function ofNumber(value: number): number {
  if (value >= 1e17) return Math.floor(value / 1e6);
  return Math.floor(value >= 1e11 ? value : value * 1000);
}
