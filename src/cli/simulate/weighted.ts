import type { Random } from './random.ts';

/** Draws an index with the probability of its weight. */
export type Draw = (random: Random) => number;

/** Vose's alias method: tables once, then one random number and two look-ups a draw, however many weights there are. */
export function weighted(weights: readonly number[]): Draw {
  const n = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (n === 0 || !(total > 0)) throw new RangeError('there is nothing to draw from');
  const keep = new Float64Array(n);
  const alias = new Int32Array(n);
  const scaled = weights.map((weight) => (weight * n) / total);
  const small: number[] = [];
  const large: number[] = [];
  scaled.forEach((weight, i) => (weight < 1 ? small : large).push(i));
  while (small.length > 0 && large.length > 0) {
    const less = small.pop() as number;
    const more = large.pop() as number;
    keep[less] = scaled[less] as number;
    alias[less] = more;
    scaled[more] = (scaled[more] as number) + (scaled[less] as number) - 1;
    ((scaled[more] as number) < 1 ? small : large).push(more);
  }
  // What rounding left over stands for itself.
  for (const i of [...small, ...large]) keep[i] = 1;
  return (random) => {
    const at = random() * n;
    const i = Math.floor(at);
    return at - i < (keep[i] as number) ? i : (alias[i] as number);
  };
}

/** Weights of ranks 1 … n: the k-th is 1 / k^exponent. */
export function zipf(n: number, exponent = 1): number[] {
  return Array.from({ length: n }, (_, i) => 1 / (i + 1) ** exponent);
}

/** Draws an item by the weight that it carries. */
export function weightedItems<T>(items: readonly (readonly [item: T, weight: number])[]): (random: Random) => T {
  const draw = weighted(items.map(([, weight]) => weight));
  const only = items.map(([item]) => item);
  return (random) => only[draw(random)] as T;
}
