import { table } from '../src/cli/format.ts';

/** A row of the table: a figure, what it should be, and what something simpler took in the same run. */
export interface Line {
  readonly figure: string;
  readonly measured: string;
  readonly target?: string;
  readonly baseline?: string;
  /** The figure divided by the baseline. */
  readonly ratio?: number;
  /** Undefined: there is no target. */
  readonly met?: boolean;
}

/** What a part of the bench hands back. */
export interface Findings {
  readonly lines: readonly Line[];
  /** For below the table. */
  readonly notes: readonly string[];
}

export function formatLines(lines: readonly Line[]): string[] {
  const head = ['figure', 'measured', 'target', 'met', 'baseline', 'ratio'];
  const rows = lines.map((line) => [
    line.figure,
    line.measured,
    line.target ?? '',
    line.met === undefined ? '' : line.met ? 'yes' : 'NO',
    line.baseline ?? '',
    line.ratio === undefined ? '' : formatRatio(line.ratio),
  ]);
  const [header = '', ...body] = table([head, ...rows], [1, 5]);
  const width = Math.max(header.length, ...body.map((row) => row.length));
  return [header, '-'.repeat(width), ...body];
}

/** Two or three digits say all that a noisy machine can. */
function formatRatio(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(2);
}

/** The p-th percentile (0 to 100) by nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  const high = sorted[sorted.length >> 1] ?? Number.NaN;
  return (low + high) / 2;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en-US')}/s`;
}

/** `0.42 ms`, `12.3 ms`, `1,240 ms` */
export function milliseconds(value: number): string {
  if (value >= 100) return `${Math.round(value).toLocaleString('en-US')} ms`;
  return `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
}
