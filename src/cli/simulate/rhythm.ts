import { localDayHour } from '../../domain/local-time.ts';
import { HOURS, WEEK, type Profile } from './places.data.ts';
import { hash32 } from './random.ts';

const DAY_MS = 86_400_000;

export interface Window {
  /** Epoch ms; hits lie in [start, end]. */
  readonly start: number;
  readonly end: number;
}

export interface Rhythm {
  /** Relative traffic at an instant. */
  weightAt(epochMs: number): number;
  /** Whether a link in the right place sends a crowd just now. */
  isSpike(epochMs: number): boolean;
}

/**
 * How a site's traffic breathes: by the hour and the weekday of its time zone, growing slowly over the window, no two
 * days alike, and one day with several times the usual (where there are days enough for it to stand out).
 */
export function rhythmOf(profile: Profile, window: Window, seed: number): Rhythm {
  const hours = HOURS[profile.habit];
  const week = WEEK[profile.habit];
  const span = window.end - window.start;
  const spikeStart = window.start + span * (0.35 + 0.5 * fraction(`${seed}/spike/${profile.domain}`));
  const spikeDay = span >= 14 * DAY_MS ? localDayHour(spikeStart, profile.timezone).day : '';

  let day = '';
  let ofDay = 0;
  const factorOf = (wanted: string): number => {
    if (wanted !== day) {
      day = wanted;
      const weekday = new Date(wanted).getUTCDay();
      ofDay = (week[weekday] ?? 100) * (0.88 + 0.24 * fraction(`${seed}/${profile.domain}/${wanted}`));
    }
    return ofDay;
  };

  return {
    weightAt(epochMs) {
      const local = localDayHour(epochMs, profile.timezone);
      const growth = 0.75 + (0.5 * (epochMs - window.start)) / span;
      // Nobody shares a link at four in the morning: a spike breaks out after breakfast.
      const spike = local.day === spikeDay && local.hour >= 8 ? 3.5 : 1;
      return (hours[local.hour] ?? 0) * factorOf(local.day) * growth * spike;
    },
    isSpike(epochMs) {
      if (spikeDay === '') return false;
      const local = localDayHour(epochMs, profile.timezone);
      return local.day === spikeDay && local.hour >= 8;
    },
  };
}

function fraction(text: string): number {
  // FNV's upper bits hardly move with the last characters: mix.
  const h = Math.imul(hash32(text) ^ (hash32(text) >>> 15), 0x2c1b3c6d);
  return ((h ^ (h >>> 12)) >>> 0) / 4_294_967_296;
}
