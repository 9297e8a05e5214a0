import { makeBadge } from 'badge-maker';

const LABEL = 'visitors · 24 h';
const COLOUR = '#4c6ef5';
const UNITS = [
  { from: 1_000_000_000, letter: 'B' },
  { from: 1_000_000, letter: 'M' },
  { from: 1_000, letter: 'k' },
] as const;

/** SVG with a number of visitors. */
export function visitorsBadge(visitors: number): string {
  return makeBadge({ label: LABEL, message: shortNumber(visitors), color: COLOUR });
}

/** Never rounded up to the next unit, and with one decimal below ten: 999, 1.2k, 12k, 999k, 1M. */
export function shortNumber(count: number): string {
  const unit = UNITS.find(({ from }) => count >= from);
  if (unit === undefined) return String(count);
  const tenths = Math.floor((count / unit.from) * 10) / 10;
  return `${tenths < 10 ? tenths : Math.floor(tenths)}${unit.letter}`;
}
