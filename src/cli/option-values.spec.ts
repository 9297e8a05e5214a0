import { wholeNumber } from './option-values.ts';

describe('a whole number on the command line', () => {
  const read = wholeNumber(1, 10_000_000);

  it.each([
    ['1', 1],
    ['1000000', 1_000_000],
    ['1_000_000', 1_000_000],
    ['1,000,000', 1_000_000],
    ['300k', 300_000],
    ['2.5M', 2_500_000],
    ['1e6', 1_000_000],
  ])('reads %s', (text, value) => {
    expect(read(text)).toBe(value);
  });

  const wrong = ['', '0', '-5', '1.5', 'many', '10M1', '0x10', '11M', 'NaN', 'k', '1.0001k', 'Infinity'];
  it.each(wrong)('refuses "%s"', (text) => {
    expect(() => read(text)).toThrow('It must be a whole number from 1 to 10000000.');
  });
});
