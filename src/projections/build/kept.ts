import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import type { Names } from '../facts/names.ts';
import type { View } from '../views/view.ts';

/** What a new generation takes over from the serving one as it is. */
export interface Kept {
  readonly siteId: number;
  /** Up to and with this local day (`YYYY-MM-DD`). Null: all of the site. */
  readonly day: string | null;
}

/**
 * Days that are no more wholly in the log: retention has dropped hits of them. What is known of them are the figures.
 * Read them in the snapshot in which they are copied.
 */
export async function readFrozen(tx: Tx): Promise<{ siteId: number; day: string }[]> {
  const rows = await tx.selectFrom('log_frozen').select(['site_id', 'day']).orderBy('site_id').execute();
  return rows.map((row) => ({ siteId: row.site_id, day: row.day }));
}

/** What is kept of the generation `from`: frozen days and, where one site alone is rebuilt, all of the others. */
export async function readKept(tx: Tx, from: Names, siteId?: number): Promise<Kept[]> {
  const frozen = await readFrozen(tx);
  if (siteId === undefined) return frozen;
  const { rows } = await sql<{ site_id: number }>`
    select site_id from ${from('frontier')} where site_id <> ${siteId} order by 1`.execute(tx);
  return [...rows.map((row) => ({ siteId: row.site_id, day: null })), ...frozen.filter((kept) => kept.siteId === siteId)];
}

/** A rebuild that would lose figures of which the log has no more hits. */
export class HistoryLost extends OperatorError {}

/**
 * Refuses to rebuild all where rows that are kept have no place to come from: promoting never shortens history. Alone,
 * the views that it names can be built, since the facts that serve have all of their hits.
 * @param serving versions of the views that serve, and which of them are suspended
 */
export function refuseLoss(
  kept: readonly Kept[],
  views: readonly View[],
  serving: { readonly versions: Readonly<Record<string, number>>; readonly suspended: readonly string[] },
): void {
  if (kept.length === 0) return;
  const because = views.flatMap(({ name, version }) => {
    const had = serving.versions[name];
    if (had === undefined) return [`${name} v${version} is new`];
    if (had !== version) return [`${name} v${version} is to follow v${had}`];
    return serving.suspended.includes(name) ? [`${name} is suspended`] : [];
  });
  if (because.length === 0) return;
  const names = views.filter(({ name, version }) => serving.versions[name] !== version || serving.suspended.includes(name));
  throw new HistoryLost(
    'older days are no more in the log and have to be taken over from what serves, which cannot give them all ' +
      `(${because.join(', ')}): first ${names.map(({ name }) => `\`antics projections rebuild ${name}\``).join(', ')}, ` +
      'which builds from the facts that serve, then all',
  );
}
