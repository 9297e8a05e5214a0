import { Conflict } from '../../platform/errors.ts';
import { diffGenerations, type Diff, type DiffOptions } from '../compare/diff.ts';
import { readKept, type Kept } from './kept.ts';
import type { Operator } from './operator.ts';
import { projectionNamed, WHOLE } from './projection-names.ts';

export { diffText } from '../compare/diff-text.ts';
export type { Diff, MetricDiff, Moved, MovedValue, SiteDiff } from '../compare/diff.ts';

export type DiffWhat = Pick<DiffOptions, 'siteId' | 'from' | 'to' | 'top'> & {
  /** One that is ready, or that served before; default: what is ready, else what served before. */
  generation?: number;
};

/**
 * What would move for readers, per site and metric, if what is ready served: before → after.
 * @throws NotFound (the name, the generation); Conflict where there is nothing beside what serves
 */
export async function diffProjection(
  operator: Pick<Operator, 'database' | 'catalog'>,
  { name: asked, generation, ...what }: DiffWhat & { name: string },
): Promise<Diff> {
  const name = projectionNamed(operator.catalog, asked);
  const chosen = generation ?? (await beside(operator, name)).generation;
  return await diffGenerations({ owner: operator.database, catalog: operator.catalog, name, generation: chosen, ...what });
}

/**
 * What stands beside what serves: what is ready, else what served before. A view has what was built for it alone, else
 * that of other facts.
 * @throws Conflict where there is nothing, or it is still being built
 */
export async function beside({ database }: Pick<Operator, 'database'>, name: string): Promise<Kept> {
  const all = (await readKept(database.db, name)).filter(({ state }) => state !== 'serving');
  const own = name === WHOLE ? all : [...all].sort((a, b) => Number(b.onServing) - Number(a.onServing));
  const found = own.find(({ state }) => state === 'ready') ?? own.find(({ state }) => state === 'previous');
  if (found !== undefined) return found;
  const building = all[0] === undefined ? '' : ` Generation ${all[0].generation} is still being built.`;
  throw new Conflict(`Nothing of ${name} stands beside what serves: \`antics projections rebuild ${name}\` builds it.${building}`);
}
