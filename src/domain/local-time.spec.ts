import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import {
  addDays,
  canonicalTimeZone,
  hoursOfLocalDay,
  isTimeZone,
  localDayHour,
  startOfLocalDay,
} from './local-time.ts';

const ODD_ZONES = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'America/Sao_Paulo',
  'America/Los_Angeles',
  'Asia/Gaza',
  'Antarctica/Troll',
];
const instant = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2060, 0, 1) });
const zone = fc.constantFrom(...ODD_ZONES);

/** Intl's own words, without any cache of ours. */
function byIntl(epochMs: number, timeZone: string): { day: string; hour: number } {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const text = format.format(epochMs);
  return { day: text.slice(0, 10), hour: Number(text.slice(11, 13)) };
}

describe('localDayHour', () => {
  it.each([
    ['2026-11-23T22:59:59.999Z', 'Europe/Berlin', '2026-11-23', 23],
    ['2026-11-23T23:00:00.000Z', 'Europe/Berlin', '2026-11-24', 0],
    ['2026-10-25T00:59:00Z', 'Europe/Berlin', '2026-10-25', 2],
    ['2026-10-25T01:00:00Z', 'Europe/Berlin', '2026-10-25', 2],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29', 3],
    ['2026-11-23T18:14:59Z', 'Asia/Kathmandu', '2026-11-23', 23],
    ['2026-11-23T18:15:00Z', 'Asia/Kathmandu', '2026-11-24', 0],
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', '2011-12-29', 23],
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', '2011-12-31', 0],
    ['1969-12-31T23:59:59.999Z', 'UTC', '1969-12-31', 23],
  ])('%s in %s is %s, hour %i', (iso, timeZone, day, hour) => {
    expect(localDayHour(Date.parse(iso), timeZone)).toEqual({ day, hour });
  });

  it('equals what Intl says, for any instant in the oddest zones', () => {
    fc.assert(
      fc.property(instant, zone, (epochMs, timeZone) => {
        expect(localDayHour(epochMs, timeZone)).toEqual(byIntl(epochMs, timeZone));
      }),
      { numRuns: 2000 },
    );
  });

  it('equals what Intl says minute by minute around changes of the offset, at 00:01 too', () => {
    const changes: [string, string][] = [
      ['2006-10-29T02:31:00Z', 'America/St_Johns'],
      ['2007-03-11T03:31:00Z', 'America/St_Johns'],
      ['2026-04-04T15:00:00Z', 'Australia/Lord_Howe'],
      ['2026-03-29T01:00:00Z', 'Europe/Berlin'],
      ['1972-01-07T00:44:30Z', 'Africa/Monrovia'],
    ];
    for (const [iso, timeZone] of changes) {
      for (let s = -40 * 60; s <= 40 * 60; s += 15) {
        const at = Date.parse(iso) + s * 1000;
        expect([new Date(at), localDayHour(at, timeZone)]).toEqual([new Date(at), byIntl(at, timeZone)]);
      }
    }
  });

  it('stays right once its caches have overflown', () => {
    for (let day = 0; day < 5000; day += 1) localDayHour(day * 86_400_000, 'Europe/Berlin');
    expect(localDayHour(Date.parse('2026-07-01T22:30:00Z'), 'Europe/Berlin')).toEqual({ day: '2026-07-02', hour: 0 });
  });

  it('throws for what is no zone and no time', () => {
    expect(() => localDayHour(0, 'Mars/Olympus')).toThrow(RangeError);
    expect(() => localDayHour(Number.NaN, 'UTC')).toThrow(RangeError);
  });
});

describe('time zone names', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ])('%j is known as %j', (name, canonical) => {
    expect(canonicalTimeZone(name)).toBe(canonical);
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Mars/Olympus', '+05:30', '-08', 'Europe/Berlin ', 'Europe/Berlin\0', 'x'.repeat(200), '__proto__'])(
    '%j is none',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );

  it('are told from any text without a throw, and every one that is accepted works', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), zone, fc.constantFrom('EST', 'est5edt', 'gmt')), (name) => {
        if (isTimeZone(name)) localDayHour(0, name);
      }),
    );
  });
});

describe('startOfLocalDay', () => {
  it.each([
    ['2026-11-23', 'Europe/Berlin', '2026-11-22T23:00:00.000Z'],
    ['2026-11-23', 'Asia/Kathmandu', '2026-11-22T18:15:00.000Z'],
    ['2026-11-23', 'Pacific/Kiritimati', '2026-11-22T10:00:00.000Z'],
    // Midnight did not exist: the clocks went from 00:00 to 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // 00:01 went back to 23:01: the day began, was interrupted, and began again.
    ['2006-10-29', 'America/St_Johns', '2006-10-29T02:30:00.000Z'],
    // A change away from every quarter of an hour.
    ['1972-01-08', 'Africa/Monrovia', '1972-01-08T00:00:00.000Z'],
    // The zone skipped this day altogether: it is as long as nothing.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s in %s starts at %s', (day, timeZone, iso) => {
    expect(new Date(startOfLocalDay(day, timeZone)).toISOString()).toBe(iso);
  });

  it('is the first instant of its day, and days last 23 to 25 hours unless the zone moved', () => {
    fc.assert(
      fc.property(instant, zone, (epochMs, timeZone) => {
        const { day } = localDayHour(epochMs, timeZone);
        const start = startOfLocalDay(day, timeZone);
        expect(start).toBeLessThanOrEqual(epochMs);
        expect(localDayHour(start, timeZone).day).toBe(day);
        expect(localDayHour(start - 1, timeZone).day < day).toBe(true);
        const hours = (startOfLocalDay(addDays(day, 1), timeZone) - start) / 3_600_000;
        expect(hours).toBeGreaterThanOrEqual(22);
        expect(hours).toBeLessThanOrEqual(26);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what is no day', () => {
    expect(() => startOfLocalDay('yesterday', 'UTC')).toThrow(RangeError);
  });
});

describe('hoursOfLocalDay', () => {
  const all = Array.from({ length: 24 }, (_, hour) => hour);

  it.each([
    ['a usual day has 24', '2026-11-23', 'Europe/Berlin', all],
    ['a 25-hour day has the repeated one once', '2026-10-25', 'Europe/Berlin', all],
    ['a 23-hour day lacks one', '2026-03-29', 'Europe/Berlin', all.filter((h) => h !== 2)],
    ['where midnight does not exist hour 0 is missing', '2018-11-04', 'America/Sao_Paulo', all.slice(1)],
    ['a shift by 30 minutes takes no whole hour', '2026-10-04', 'Australia/Lord_Howe', all],
    ['one minute of an hour is enough', '2007-03-11', 'America/St_Johns', all],
    ['a day that was skipped has none', '2011-12-30', 'Pacific/Apia', []],
  ])('%s', (_, day, timeZone, hours) => {
    expect(hoursOfLocalDay(day, timeZone)).toEqual(hours);
  });

  it('contains the hour of every instant of the day', () => {
    fc.assert(
      fc.property(instant, zone, (epochMs, timeZone) => {
        const { day, hour } = localDayHour(epochMs, timeZone);
        expect(hoursOfLocalDay(day, timeZone)).toContain(hour);
      }),
      { numRuns: 300 },
    );
  });
});
