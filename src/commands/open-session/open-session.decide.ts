import { SESSION_MS } from '../../domain/session-token.ts';
import type { EventOf } from '../../log/events/event.ts';
import { NotSignedIn } from '../../platform/errors.ts';

/** @param link the id of the link that was taken; undefined: it is used, over, or never was. @throws NotSignedIn */
export function decideOpenSession(
  link: string | undefined,
  made: { readonly id: string; readonly now: Date },
): EventOf<'SessionOpened'> {
  if (link === undefined) throw linkIsNoGood();
  const expires_at = new Date(made.now.getTime() + SESSION_MS).toISOString();
  return { type: 'SessionOpened', schemaVersion: 1, data: { id: made.id, link, expires_at } };
}

export function linkIsNoGood(): NotSignedIn {
  return new NotSignedIn('This link is used, or its 15 minutes are over. Run `antics sign-in` again for a new one.');
}
