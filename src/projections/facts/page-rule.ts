import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { Rules } from './rules.ts';
import { termId } from './terms.ts';

/** Gives the hits of `batch_hit` the page that their path counts as, where the rules have such a rule. */
export async function turnIntoPages(tx: Tx, { pageOf }: Pick<Rules, 'pageOf'>): Promise<void> {
  if (pageOf === undefined) return;
  const { rows } = await sql<{ pathname: string }>`select distinct pathname from batch_hit`.execute(tx);
  const pages = changedBy(pageOf, rows);
  if (pages === null) return;
  await sql`update batch_hit b set pathname = x.page, path = ${termId(sql`x.page`)}
    from ${pages} where b.pathname = x.pathname`.execute(tx);
}

/** The paths that count as another page, as the rows `x` (`pathname`, `page`); null: there are none. */
export function changedBy(
  pageOf: (pathname: string) => string,
  paths: readonly { readonly pathname: string }[],
): RawBuilder<unknown> | null {
  const changed = paths.map(({ pathname }) => [pathname, pageOf(pathname)] as const).filter(([from, to]) => from !== to);
  if (changed.length === 0) return null;
  return sql`unnest(${changed.map(([from]) => from)}::text[], ${changed.map(([, to]) => to)}::text[]) x(pathname, page)`;
}
