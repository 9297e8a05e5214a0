/** Rates of the published answers. A rate without a denominator is null: 0 would say that something was measured. */

const BOUNCE_DECIMALS = 4;
const SECONDS_DECIMALS = 1;
const VIEWS_DECIMALS = 2;
const PERCENT_DECIMALS = 1;

/** A share between 0 and 1, such as bounces of visits. */
export function shareOf(part: number, whole: number): number | null {
  return quotient(part, whole, BOUNCE_DECIMALS);
}

/** Mean seconds, of a sum in milliseconds. */
export function meanSeconds(ms: number, count: number): number | null {
  return quotient(ms, count * 1000, SECONDS_DECIMALS);
}

/** Such as page views a visit. */
export function meanCount(sum: number, count: number): number | null {
  return quotient(sum, count, VIEWS_DECIMALS);
}

/** Such as how far a page is scrolled: a mean of percents, 0 to 100. */
export function meanPercent(sum: number, count: number): number | null {
  return quotient(sum, count, PERCENT_DECIMALS);
}

function quotient(dividend: number, divisor: number, decimals: number): number | null {
  if (divisor === 0) return null;
  const scale = 10 ** decimals;
  return Math.round((dividend / divisor) * scale) / scale;
}
