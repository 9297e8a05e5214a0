import { sql } from 'kysely';

import { DEVICE_CLASSES } from '../../domain/rules/v1/agent/device.ts';
import { CHANNELS } from '../../domain/rules/v1/source/channel.ts';
import type { Tx } from '../../platform/database.ts';
import type { Names } from '../facts/names.ts';
import { METRICS, type Metric } from '../views/breakdown/v1/metrics.ts';
import { whatOf } from '../views/vitals/v1/kinds.ts';
import type { RawExample } from './compare.ts';
import type { RecountExample } from './report.ts';

type Raw = RawExample & { table: string };

/** Terms that belong to no site (names of browsers and systems) are kept under this one. */
const SHARED = 0;

/** Gives examples the texts that their keys stand for, as an operator knows them. */
export async function textsOf(tx: Tx, names: Names, raw: readonly Raw[]): Promise<RecountExample[]> {
  if (raw.length === 0) return [];
  const terms = await readTerms(tx, names, raw);
  const examples = raw.map((example) => {
    const text = (id: string | undefined, site = example.site): string =>
      terms.get(`${site} ${id}`) ?? `(a text that no hit has, ${id})`;
    return { ...example, key: keyOf(example, text), expected: figure(example.expected), found: figure(example.found) };
  });
  return examples.map(({ site, day, table, key, measure, expected, found }) => {
    return { site, day, table, key, measure, expected, found };
  });
}

/** A count; else a time or a list, as it is. */
const figure = (text: string | null): number | string | null =>
  text === null || !/^-?\d{1,15}$/.test(text) ? text : Number(text);

type TextOf = (id: string | undefined, site?: number) => string;

function keyOf({ table, key }: Raw, text: TextOf): Record<string, string> {
  if (key['vital'] !== undefined) {
    const { kind, vital } = whatOf(key['vital']);
    const path = kind === 'site' ? '(all pages)' : text(key['path']);
    return { path, vital, ...(kind === 'views' ? {} : { value: key['value'] ?? '' }) };
  }
  if (key['path'] !== undefined) return { path: text(key['path']) };
  if (key['sequence'] !== undefined) return { path: stepsOf(key['steps']).map((id) => text(id)).join(' -> ') };
  if (key['metric'] !== undefined) return { metric: metricOf(key['metric']) ?? key['metric'], value: valueOf(key, text) };
  if (table === 'summary_hour') return { hour: key['hour'] ?? '' };
  return key;
}

function valueOf({ metric, value = '' }: Record<string, string>, text: TextOf): string {
  const name = metricOf(metric);
  switch (name === undefined ? 'term' : METRICS[name].text) {
    case 'term':
      return text(value);
    case 'shared':
      return text(value, SHARED);
    case 'country':
      return String.fromCharCode(65 + Math.floor(Number(value) / 26), 65 + (Number(value) % 26));
    case 'device':
      return DEVICE_CLASSES[Number(value) - 1] ?? value;
    case 'channel':
      return CHANNELS[Number(value)] ?? value;
  }
}

function metricOf(id: string | undefined): Metric | undefined {
  return (Object.keys(METRICS) as Metric[]).find((name) => String(METRICS[name].id) === id);
}

const stepsOf = (steps: string | undefined): string[] => (steps ?? '').replace(/[{}]/g, '').split(',').filter(Boolean);

/** `<site> <id>` to text: of the dictionary, else of the log itself. */
async function readTerms(tx: Tx, names: Names, raw: readonly Raw[]): Promise<Map<string, string>> {
  const wanted = raw.flatMap(({ site, key }) =>
    [key['path'], key['value'], ...stepsOf(key['steps'])].flatMap((id) => (id === undefined ? [] : [{ site, id }])),
  );
  const ids = wanted.map(({ id }) => id);
  const sites = [SHARED, ...new Set(wanted.map(({ site }) => site))];
  const { rows } = await sql<{ site_id: number; term_id: string; value: string }>`
    select site_id, term_id, value from ${names('term')}
    where site_id = any (${sites}::int[]) and term_id = any (${ids}::bigint[])`.execute(tx);
  return new Map(rows.map(({ site_id, term_id, value }) => [`${site_id} ${term_id}`, value]));
}
