import { expectNone } from './differences.ts';
import type { Folder, Row } from './folder.ts';

/** Every row of every table, as texts that compare: the tables' contents, apart from the order of rows and columns. */
export type Snapshot = ReadonlyMap<string, readonly string[]>;

export async function snapshotOf(folder: Folder): Promise<Snapshot> {
  const tables = new Map<string, string[]>();
  for (const table of folder.tables) tables.set(table, (await folder.rows(table)).map(rowText).sort());
  return tables;
}

/** Throws with the rows that one has and the other has not. */
export function expectSameTables(what: string, expected: Snapshot, found: Snapshot): void {
  const tables = [...new Set([...expected.keys(), ...found.keys()])];
  expectNone(what, tables.flatMap((table) => tableDifferences(table, expected.get(table), found.get(table))));
}

function tableDifferences(table: string, expected?: readonly string[], found?: readonly string[]): string[] {
  if (expected === undefined || found === undefined) return [`${table} is in one generation only`];
  return [
    ...without(expected, found).map((row) => `${table} lacks ${row}`),
    ...without(found, expected).map((row) => `${table} has wrongly ${row}`),
  ];
}

/** What is in `some` more often than in `others`. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  return some.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}

/** Columns by name; each type as one text, so that `1` and `'1'` or null and 'null' stay apart. */
export function rowText(row: Row): string {
  const columns = Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${columns.map(([name, value]) => `${name}: ${valueText(value)}`).join(', ')}}`;
}

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return rowText(value as Row);
  return JSON.stringify(value) ?? 'undefined';
}
