import fc from 'fast-check';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Each with its clocks: +5:45, a shift of half an hour, and the two usual ones. */
export const ZONES = ['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/New_York', 'Europe/Berlin'] as const;

/** Instants around which days go wrong, and where. */
const TURNS = [
  ['Europe/Berlin', '2026-03-29T01:00Z'], // a day of 23 hours
  ['Europe/Berlin', '2026-10-25T01:00Z'], // of 25
  ['Europe/Berlin', '2026-07-31T22:00Z'], // midnight, and a month's end
  ['America/New_York', '2026-03-08T07:00Z'], // of 23
  ['America/New_York', '2026-11-01T06:00Z'], // of 25
  ['America/New_York', '2027-01-01T05:00Z'], // midnight, and a year's end
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'], // of 24 and a half
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'], // of 23 and a half
  ['Asia/Kathmandu', '2026-06-30T18:15Z'], // midnight
  ['UTC', '2026-12-31T23:59:59.999Z'], // the last instant of a year
  ['UTC', '2026-06-15T12:00Z'], // an ordinary noon
] as const;

/**
 * From one hit to the next of whichever visitor: around the 30 minutes that end a visit, and 10 + 20 or 20 + 20, which
 * a late hit bridges. Seldom longer, as a log of forty hits should not spread over as many days.
 */
export const steps = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(0, 0, 1, SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE) },
  { weight: 6, arbitrary: fc.constant(20 * MINUTE) },
  { weight: 4, arbitrary: fc.constantFrom(30 * MINUTE - 1, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE + 1) },
  { weight: 1, arbitrary: fc.constantFrom(45 * MINUTE, HOUR, 5 * HOUR, 25 * HOUR) },
);

/** Where to start: shortly before an instant that is special in its zone. */
export const starts: fc.Arbitrary<{ zone: string; at: number }> = fc
  .tuple(fc.constantFrom(...TURNS), fc.constantFrom(0, 1, 10 * MINUTE, HOUR))
  .map(([[zone, turn], early]) => ({ zone, at: Date.parse(turn) - early }));
