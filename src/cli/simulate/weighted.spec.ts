import { seededRandom } from './random.ts';
import { weighted, weightedItems, zipf } from './weighted.ts';

describe('a weighted draw', () => {
  it('gives every index by its weight', () => {
    const draw = weighted([1, 0, 3, 6]);
    const random = seededRandom(7);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 100_000; i++) counts[draw(random)]!++;
    expect(counts.map((count) => Math.round(count / 1000))).toEqual([
      expect.closeTo(10, -0.5),
      0,
      expect.closeTo(30, -0.5),
      expect.closeTo(60, -0.5),
    ]);
  });

  it('draws from thousands of ranks as Zipf says', () => {
    const draw = weighted(zipf(5000));
    const random = seededRandom(1);
    const counts = new Int32Array(5000);
    for (let i = 0; i < 200_000; i++) counts[draw(random)]!++;
    expect(counts[0]! / counts[9]!).toBeGreaterThan(8);
    expect(counts[0]! / counts[9]!).toBeLessThan(12);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(4500);
  });

  it('refuses to draw from nothing', () => {
    expect(() => weighted([])).toThrow(RangeError);
    expect(() => weightedItems([['never', 0]])).toThrow(RangeError);
  });
});

describe('a seeded random', () => {
  it('repeats itself by seed and stream, and differs by both', () => {
    const first = (seed: number, stream?: string) => Array.from({ length: 4 }, seededRandom(seed, stream));
    expect(first(1, 'a')).toEqual(first(1, 'a'));
    expect(first(1, 'a')).not.toEqual(first(2, 'a'));
    expect(first(1, 'a')).not.toEqual(first(1, 'b'));
  });

  it('fills [0, 1) evenly', () => {
    const random = seededRandom(42);
    const tenths = new Int32Array(10);
    for (let i = 0; i < 100_000; i++) tenths[Math.floor(random() * 10)]!++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
