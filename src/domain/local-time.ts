import { addDays } from './calendar.ts';

export { addDays, daysBetween } from './calendar.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const QUARTER_MS = 15 * 60_000;

/** No zone has ever been further from UTC than this. */
const MAX_OFFSET_MS = 16 * HOUR_MS;

/** Buckets of each kind and zone, and zones, after which a cache starts anew. */
const MAX_BUCKETS = 2048;
const MAX_ZONES = 1000;

/** Offset in ms of a span of UTC time by its number; NaN where the offset changes within it. */
type Buckets = Map<number, number>;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly days: Buckets;
  readonly quarters: Buckets;
  /** The last answer's local day, as most hits come in order. */
  dayNumber: number;
  day: string;
}

const zones = new Map<string, Zone>();

export interface LocalDayHour {
  /** `YYYY-MM-DD` */
  readonly day: string;
  /** 0..23 */
  readonly hour: number;
}

/**
 * The local day and hour of an instant. Asked once per hit, hence the caches: Intl is asked twice per zone and UTC day
 * (per quarter of an hour around a change of the offset), not once per call.
 *
 * @throws RangeError for a zone that is none (see `isTimeZone`) or a time beyond the range of Date
 */
export function localDayHour(epochMs: number, timeZone: string): LocalDayHour {
  const zone = zoneOf(timeZone);
  const local = epochMs + offsetAt(zone, epochMs);
  const dayNumber = Math.floor(local / DAY_MS);
  if (dayNumber !== zone.dayNumber) {
    zone.day = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
    zone.dayNumber = dayNumber;
  }
  return { day: zone.day, hour: Math.floor((local - dayNumber * DAY_MS) / HOUR_MS) };
}

/**
 * Whether this is a time zone by name (`Europe/Berlin`, `UTC`), in any case. Bare offsets such as `+05:30` are refused
 * although Intl takes them: PostgreSQL reads their sign the other way round.
 */
export function isTimeZone(name: string): boolean {
  return canonicalTimeZone(name) !== null;
}

/** The zone's name in its usual case (`europe/berlin` → `Europe/Berlin`), null where it is none. */
export function canonicalTimeZone(name: string): string | null {
  if (!/^[a-z][a-z0-9_+/-]{0,63}$/i.test(name)) return null;
  const known = resolvedName(name);
  // Intl answers an alias by its older name (Asia/Kolkata → Asia/Calcutta). Who writes it properly may keep it.
  if (known === null || known.toLowerCase() === name.toLowerCase()) return known;
  return /^[A-Z]/.test(name) ? name : known;
}

function resolvedName(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * The first instant of a local day, in epoch ms. Where midnight does not exist it is the instant to which the clocks
 * were set (00:00 → 01:00); for a day that the zone skipped it is the start of the next, so that `[start of the day,
 * start of the next)` is empty. @throws RangeError for what is no day or no zone
 */
export function startOfLocalDay(day: string, timeZone: string): number {
  const utcMidnight = Date.parse(addDays(day, 0));
  let before = utcMidnight - MAX_OFFSET_MS;
  let at = before;
  // In quarters from an aligned instant: some zones fell back at 00:01, and a coarser step would miss that minute.
  while (localDayHour(at, timeZone).day < day) {
    before = at;
    at += QUARTER_MS;
  }
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (localDayHour(middle, timeZone).day < day) before = middle;
    else at = middle;
  }
  return at;
}

/** The distinct local hours of a day, ascending: 23-hour days lack one, 25-hour days have the repeated one once. */
export function hoursOfLocalDay(day: string, timeZone: string): number[] {
  const start = startOfLocalDay(day, timeZone);
  const hours = new Set<number>();
  for (let at = start; at < start + 27 * HOUR_MS; at += QUARTER_MS) {
    const local = localDayHour(at, timeZone);
    if (local.day === day) hours.add(local.hour);
  }
  return [...hours].sort((a, b) => a - b);
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const zone: Zone = { format, days: new Map(), quarters: new Map(), dayNumber: Number.NaN, day: '' };
  if (zones.size >= MAX_ZONES) zones.clear();
  zones.set(timeZone, zone);
  return zone;
}

/**
 * A whole UTC day has one offset where its two ends have the same: no zone has ever changed twice within two days.
 * Only on a day with a change the quarters of an hour are looked at, and only in a quarter with a change (some zones
 * changed at 00:01) Intl is asked for the very instant.
 */
function offsetAt(zone: Zone, epochMs: number): number {
  const ofDay = offsetOfBucket(zone.format, zone.days, epochMs, DAY_MS);
  if (!Number.isNaN(ofDay)) return ofDay;
  const ofQuarter = offsetOfBucket(zone.format, zone.quarters, epochMs, QUARTER_MS);
  return Number.isNaN(ofQuarter) ? askOffset(zone.format, epochMs) : ofQuarter;
}

function offsetOfBucket(format: Intl.DateTimeFormat, buckets: Buckets, epochMs: number, span: number): number {
  const bucket = Math.floor(epochMs / span);
  const known = buckets.get(bucket);
  if (known !== undefined) return known;
  const first = askOffset(format, bucket * span);
  const offset = first === askOffset(format, (bucket + 1) * span - 1) ? first : Number.NaN;
  if (buckets.size >= MAX_BUCKETS) buckets.clear();
  buckets.set(bucket, offset);
  return offset;
}

/** Local time minus UTC, in ms; whole seconds, as zones before about 1900 had offsets like +00:53:28. */
function askOffset(format: Intl.DateTimeFormat, epochMs: number): number {
  const second = Math.floor(epochMs / 1000) * 1000;
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(second)) part[type] = value;
  const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(part.month) - 1, Number(part.day));
  local.setUTCHours(Number(part.hour), Number(part.minute), Number(part.second));
  return local.getTime() - second;
}
