import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import '../sites/sites.tables.ts';

/**
 * Of these ids those of sites that are there, of that account unless null. They are not deleted before the transaction
 * ends, so that a key's list and the deletion of a site on it come into the log in the order in which the table had them.
 */
export async function holdSites(tx: Tx, ids: readonly string[], account: string | null): Promise<string[]> {
  let sites = tx
    .selectFrom('sites')
    .select('id')
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`);
  if (account !== null) sites = sites.where('account', '=', account);
  const rows = await sites.orderBy('id').forShare().execute();
  return rows.map((row) => row.id);
}
