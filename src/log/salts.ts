import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/**
 * The salt of a site's local day, drawn at the first call by whichever process comes first. `expiresAt` is when it must
 * be destroyed: 24 hours after that day ended at the site.
 */
export async function saltFor(tx: Tx, siteId: number, day: string, expiresAt: Date): Promise<Buffer> {
  const { rows } = await sql<{ salt: Buffer }>`
    select salt_for(${siteId}, ${day}::date, ${randomBytes(32)}::bytea, ${expiresAt}) as salt`.execute(tx);
  const salt = rows[0]?.salt;
  if (salt === undefined) throw new Error(`no salt for site ${siteId} on ${day}`);
  return salt;
}

/** Destroys what expired and answers which days of which sites can never be linked to an address again. */
export async function destroySalts(tx: Tx, now: Date): Promise<{ siteId: number; day: string }[]> {
  const gone = await tx.deleteFrom('salts').where('expires_at', '<=', now).returning(['site_id', 'day']).execute();
  return gone.map((row) => ({ siteId: row.site_id, day: row.day }));
}
