import type { Selectable } from 'kysely';
import { IDLE_MS } from '../../domain/session-token.ts';
import type { Db, Tx } from '../../platform/database.ts';
import type { SessionsTable, SignInLinksTable } from './sessions.tables.ts';

export type SessionRow = Selectable<SessionsTable>;
export type SignInLinkRow = Selectable<SignInLinksTable>;

/** @param hash SHA-256 of the token that was shown: the session's present one, or the one before it */
export function readSessionByHash(tx: Tx, hash: Buffer): Promise<SessionRow | undefined> {
  return tx
    .selectFrom('sessions')
    .selectAll()
    .where((eb) => eb.or([eb('token_hash', '=', hash), eb('previous_hash', '=', hash)]))
    .executeTakeFirst();
}

/** A link that can still be used. */
export function readOpenLink(tx: Tx, hash: Buffer, now: Date): Promise<SignInLinkRow | undefined> {
  return tx
    .selectFrom('sign_in_links')
    .selectAll()
    .where('token_hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** A session or an open link, by its id, which nobody else ends before the transaction does. */
export async function lockSession(tx: Tx, id: string): Promise<{ version: number } | undefined> {
  const session = tx.selectFrom('sessions').select('version').where('id', '=', id).forUpdate();
  const link = tx.selectFrom('sign_in_links').select('version').where('id', '=', id).forUpdate();
  return (await session.executeTakeFirst()) ?? (await link.executeTakeFirst());
}

/** Ids of what would let somebody in. */
export async function readLiveSessions(tx: Tx, now: Date): Promise<{ sessions: string[]; links: string[] }> {
  const sessions = await tx
    .selectFrom('sessions')
    .select('id')
    .where('expires_at', '>', now)
    .where('token_made_at', '>', idleSince(now))
    .orderBy('id')
    .execute();
  const links = await tx.selectFrom('sign_in_links').select('id').where('expires_at', '>', now).orderBy('id').execute();
  return { sessions: sessions.map(({ id }) => id), links: links.map(({ id }) => id) };
}

/** Clears away what lets nobody in any more. */
export async function forgetSessions(db: Db, now: Date): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', now), eb('token_made_at', '<=', idleSince(now))]))
    .execute();
  await db.deleteFrom('sign_in_links').where('expires_at', '<=', now).execute();
}

function idleSince(now: Date): Date {
  return new Date(now.getTime() - IDLE_MS);
}
