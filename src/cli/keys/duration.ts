import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
/** As far as a time of four-digit years reaches. */
const MAX_MS = 1_000 * 365 * 86_400_000;

/** `90d`, `12h`, `30s` in milliseconds. Undefined: no duration. */
export function parseDuration(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,9}) ?([smhdw])$/i.exec(text.trim()) ?? [];
  const ms = Number(digits) * (UNIT_MS[unit.toLowerCase()] ?? Number.NaN);
  return digits !== '' && ms <= MAX_MS ? ms : undefined;
}

/** An option's duration; a bare number is of seconds. */
export function duration(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text.trim()) ? `${text.trim()}s` : text);
  if (ms === undefined) throw new InvalidArgumentError('It must be seconds, or a duration such as 10m, 12h or 7d.');
  return ms;
}

/** An option's moment as ISO 8601: a time, a day, or how long from now, such as `90d`. */
export function momentFrom(now: () => number): (text: string) => string {
  return (text) => {
    const ms = parseDuration(text);
    return ms === undefined ? text : new Date(now() + ms).toISOString();
  };
}
