import { Conflict } from '../../platform/errors.ts';
import type { OperatorContext } from '../engine/switch.ts';
import { readKept } from './kept.ts';
import type { Operator } from './operator.ts';
import { projectionNamed, WHOLE } from './projection-names.ts';
import { switchTo, type SwitchedProjection } from './switch-to.ts';

/**
 * Makes what served before serve again, brought up to the head first. What served until now is kept in its place, so
 * that a rollback can be rolled back.
 * @throws NotFound (the name); Conflict where nothing is kept
 */
export async function rollBackProjection(
  operator: Pick<Operator, 'database' | 'catalog'>,
  o: { name: string; context: OperatorContext },
): Promise<SwitchedProjection> {
  const name = projectionNamed(operator.catalog, o.name);
  const all = (await readKept(operator.database.db, name)).filter(({ state }) => state === 'previous');
  const previous = all.find(({ onServing }) => name === WHOLE || onServing);
  if (previous === undefined) throw new Conflict(all.length === 0 ? `Nothing that served before is kept of ${name}.` : withAll(name));
  return await switchTo(operator, previous, { name, by: 'rollback', reason: null, differences: null, context: o.context });
}

const withAll = (name: string): string =>
  `What served before of ${name} follows the facts that served before, and goes back with them: roll back all.`;
