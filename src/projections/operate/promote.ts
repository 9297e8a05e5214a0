import { Conflict, Incomplete } from '../../platform/errors.ts';
import { readDifferences } from '../engine/rebuild-record.ts';
import type { OperatorContext } from '../engine/switch.ts';
import { readKept } from './kept.ts';
import type { Operator } from './operator.ts';
import { projectionNamed, WHOLE } from './projection-names.ts';
import { switchTo, type SwitchedProjection } from './switch-to.ts';

/** Characters of a reason: it is read in a list. */
const LONGEST_REASON = 1_000;

/**
 * Makes what is ready serve, though it differs, with the reason on record. It is brought up to the head first, and what
 * served is kept for a rollback.
 * @throws Incomplete without a reason; NotFound (the name); Conflict where nothing is ready
 */
export async function promoteProjection(
  operator: Pick<Operator, 'database' | 'catalog'>,
  o: { name: string; reason: unknown; context: OperatorContext },
): Promise<SwitchedProjection> {
  const name = projectionNamed(operator.catalog, o.name);
  const reason = readReason(o.reason);
  const all = await readKept(operator.database.db, name);
  const mine = all.filter(({ onServing }) => name === WHOLE || onServing);
  const ready = mine.find(({ state }) => state === 'ready');
  if (ready === undefined) throw new Conflict(whyNot(name, mine, all));
  const differences = await readDifferences(operator.database.db, ready.generation);
  return await switchTo(operator, ready, { name, by: 'promote', reason, differences, context: o.context });
}

function readReason(reason: unknown): string {
  const text = typeof reason === 'string' ? reason.trim() : '';
  if (text === '') {
    const detail = 'say why it is to serve although it differs: it is kept on record';
    throw new Incomplete(`A reason is missing: ${detail}.`, [{ pointer: '/reason', detail }]);
  }
  return text.toWellFormed().replaceAll('\0', '').slice(0, LONGEST_REASON);
}

function whyNot(name: string, mine: readonly { state: string; generation: number }[], all: readonly { state: string }[]): string {
  const building = mine.find(({ state }) => state === 'building');
  if (building !== undefined) {
    return `Generation ${building.generation} of ${name} is still being built: promote it when \`antics projections list\` says ready.`;
  }
  if (mine.length < all.length && all.some(({ state }) => state === 'ready')) {
    return `What is ready of ${name} was built together with facts of its own: promote all.`;
  }
  return `Nothing of ${name} is ready: \`antics projections rebuild ${name}\` builds it, and switches by itself where nothing differs.`;
}
