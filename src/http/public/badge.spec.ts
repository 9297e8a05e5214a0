import { shortNumber, visitorsBadge } from './badge.ts';

describe('the badge', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_000, '1k'],
    [1_234, '1.2k'],
    [9_999, '9.9k'],
    [12_345, '12k'],
    [999_999, '999k'],
    [1_000_000, '1M'],
    [2_147_483_647, '2.1B'],
  ])('writes %d as %s', (count, text) => {
    expect(shortNumber(count)).toBe(text);
  });

  it('is SVG with the number, readable to a screen reader too', () => {
    const svg = visitorsBadge(1_234);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('aria-label="visitors · 24 h: 1.2k"');
    expect(svg).not.toMatch(/<script|href/i);
  });
});
