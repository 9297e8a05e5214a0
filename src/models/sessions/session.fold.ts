import { GRACE_MS, RENEWED_AFTER_MS } from '../../domain/session-token.ts';
import type { SessionEvent } from '../../log/events/admin-events.ts';
import type { Tx } from '../../platform/database.ts';
import './sessions.tables.ts';

export interface SessionFold {
  readonly event: SessionEvent;
  /** Of the stream, after the event. */
  readonly version: number;
  readonly actor: string;
  readonly at: Date;
  /** SHA-256 of what proves it. No event holds it: it comes from the command. */
  readonly hash: Buffer | null;
}

/** Enters or removes a link or a session, in the transaction of the command that appends the event. */
export async function applySessionEvent(tx: Tx, { event, version, actor, at, hash }: SessionFold): Promise<void> {
  const { id } = event.data;
  if (event.type === 'SessionRevoked') {
    await tx.deleteFrom('sessions').where('id', '=', id).execute();
    await tx.deleteFrom('sign_in_links').where('id', '=', id).execute();
    return;
  }
  if (hash === null) throw new Error(`${event.type} comes without what proves it`);
  const made = { id, actor, token_hash: hash, expires_at: new Date(event.data.expires_at), version };
  if (event.type === 'SignInLinkMade') {
    await tx
      .insertInto('sign_in_links')
      .values({ ...made, created_at: at })
      .execute();
    return;
  }
  const unused = { previous_hash: null, previous_until: null };
  await tx
    .insertInto('sessions')
    .values({ ...made, ...unused, token_made_at: at, opened_at: at })
    .execute();
}

/** Takes a link away. Of two who come at once the second finds it gone. @returns whether it was there, and in time */
export async function takeLink(tx: Tx, id: string, now: Date): Promise<boolean> {
  const taken = tx.deleteFrom('sign_in_links').where('id', '=', id).where('expires_at', '>', now).returning('id');
  return (await taken.executeTakeFirst()) !== undefined;
}

export interface Renewal {
  readonly id: string;
  /** Hash of the token that it has, which is old enough. */
  readonly from: Buffer;
  readonly to: Buffer;
  readonly at: Date;
}

/**
 * Gives a session another token, and the one that it had a last minute: no event, since nobody decides anything.
 * @returns false: somebody else just did, or it is gone
 */
export async function renewSession(tx: Tx, { id, from, to, at }: Renewal): Promise<boolean> {
  const renewed = tx
    .updateTable('sessions')
    .set({
      previous_hash: from,
      previous_until: new Date(at.getTime() + GRACE_MS),
      token_hash: to,
      token_made_at: at,
    })
    .where('id', '=', id)
    .where('token_hash', '=', from)
    .where('token_made_at', '<=', new Date(at.getTime() - RENEWED_AFTER_MS))
    .returning('id');
  return (await renewed.executeTakeFirst()) !== undefined;
}
