import { InvalidArgumentError } from 'commander';

const SUFFIX: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6 };

/** An option's whole number from `low` to `high`: `1000000`, `1_000_000`, `1,000,000`, `300k`, `1M`, `1e6`. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const [, digits = '', suffix = ''] = /^([\d_,.]+(?:e\d{1,2})?)([km]?)$/i.exec(text.trim()) ?? [];
    const value = Number(digits.replaceAll(/[_,]/g, '')) * (SUFFIX[suffix.toLowerCase()] ?? Number.NaN);
    if (digits === '' || !Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}
