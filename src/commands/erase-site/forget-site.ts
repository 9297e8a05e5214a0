import { sql } from 'kysely';
import { blankPrivate, type Erasure } from '../../log/erasure.ts';
import type { Tx } from '../../platform/database.ts';
import '../command-results.tables.ts';

/**
 * Removes what is kept of a deleted site beside its hits: salts, counts, the days on which it counted itself, positions
 * in its access logs, answers for an `Idempotency-Key`, private fields of the log. An answer that says nothing of the
 * site, as that to its deletion, is replayed on; of the others it stays known that they were given, so that the same
 * request does not make the site anew.
 */
export async function forgetSite(tx: Tx, { siteId, id }: Pick<Erasure, 'siteId' | 'id'>): Promise<void> {
  await blankPrivate(tx, siteId);
  await tx.deleteFrom('salts').where('site_id', '=', siteId).execute();
  await sql`delete from drop_counts where site_id = ${siteId}`.execute(tx);
  await sql`delete from tracked_days where site_id = ${siteId}`.execute(tx);
  // A file that was read for this site alone may be read again, for another one.
  await sql`delete from log_files where site_id = ${siteId}`.execute(tx);
  await sql`
    update command_results set result = null
    where (site = ${id} and result - 'version' <> '{}') or strpos(result::text, ${id}) > 0`.execute(tx);
  await sql`update command_results set site = null where site = ${id}`.execute(tx);
}
