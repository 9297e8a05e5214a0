import { sql } from 'kysely';
import { CHANNELS } from '../../domain/rules/v1/source/channel.ts';
import type { Tx } from '../../platform/database.ts';
import { namesOf } from '../facts/names.ts';
import { DEVICES, SHARED_TERMS } from '../facts/terms.ts';
import { METRICS, type Metric } from '../views/breakdown/v1/metrics.ts';
import { whatOf } from '../views/vitals/v1/kinds.ts';

/** The key of a row, with the columns that say what it is about. */
export interface RawKey {
  readonly siteId: number;
  readonly key: Readonly<Record<string, string>>;
}

/**
 * Turns keys into what people know, by the names that columns have in every view: `path`, `steps`, `vital`, and `metric`
 * with `value`. Visitors are told by no name.
 * @param facts generations whose dictionaries are asked
 */
export async function textsOf(tx: Tx, facts: readonly number[], raw: readonly RawKey[]): Promise<Record<string, string>[]> {
  const terms = await readTerms(tx, facts, raw);
  return raw.map(({ siteId, key }) => {
    const term = (id: string, site = siteId): string => terms.get(`${site} ${id}`) ?? `(a text that is not known, ${id})`;
    return Object.fromEntries(
      Object.entries(key).flatMap(([column, value]): [string, string][] => {
        if (column === 'vital') return [[column, whatOf(value).vital]];
        if (column === 'path') return [[column, isOfAllPages(key) ? '(all pages)' : term(value)]];
        if (column === 'sequence') return [];
        if (column === 'steps') return [['path', stepsOf(value).map((id) => term(id)).join(' -> ')]];
        if (column === 'metric') return [[column, metricOf(value) ?? value]];
        if (column === 'value') return [[column, valueText(key['metric'], value, term)]];
        return [[column, column === 'visitor' ? '(a visitor)' : value]];
      }),
    );
  });
}

const isOfAllPages = ({ vital }: RawKey['key']): boolean => vital !== undefined && whatOf(vital).kind === 'site';

/** Of a metric's number. */
export function metricOf(id: string | number | undefined): Metric | undefined {
  return (Object.keys(METRICS) as Metric[]).find((name) => String(METRICS[name].id) === String(id));
}

function valueText(metric: string | undefined, value: string, term: (id: string, site?: number) => string): string {
  const name = metricOf(metric);
  switch (name === undefined ? undefined : METRICS[name].text) {
    case 'term':
      return term(value);
    case 'shared':
      return term(value, SHARED_TERMS);
    case 'country':
      return String.fromCharCode(65 + Math.floor(Number(value) / 26), 65 + (Number(value) % 26));
    case 'device':
      return DEVICES[Number(value) - 1] ?? value;
    case 'channel':
      return CHANNELS[Number(value)] ?? value;
    case undefined:
      return value;
  }
}

const stepsOf = (steps: string | undefined): string[] => (steps ?? '').replace(/[{}]/g, '').split(',').filter(Boolean);

/** `<site> <id>` to text. */
async function readTerms(tx: Tx, facts: readonly number[], raw: readonly RawKey[]): Promise<Map<string, string>> {
  const ids = raw.flatMap(({ key }) => [key['path'], key['value'], ...stepsOf(key['steps'])].filter((id) => id !== undefined));
  const sites = [SHARED_TERMS, ...new Set(raw.map(({ siteId }) => siteId))];
  if (ids.length === 0) return new Map();
  const dictionaries = [...new Set(facts)].map(
    (generation) => sql`select site_id, term_id, value from ${namesOf(generation)('term')}
      where site_id = any (${sites}::int[]) and term_id = any (${[...new Set(ids)]}::bigint[])`,
  );
  const { rows } = await sql<{ site_id: number; term_id: string; value: string }>`
    ${sql.join(dictionaries, sql` union `)}`.execute(tx);
  return new Map(rows.map(({ site_id, term_id, value }) => [`${site_id} ${term_id}`, value]));
}
