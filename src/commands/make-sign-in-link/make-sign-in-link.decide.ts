import { LINK_MS } from '../../domain/session-token.ts';
import type { EventOf } from '../../log/events/event.ts';

export function decideMakeSignInLink(made: { readonly id: string; readonly now: Date }): EventOf<'SignInLinkMade'> {
  const expires_at = new Date(made.now.getTime() + LINK_MS).toISOString();
  return { type: 'SignInLinkMade', schemaVersion: 1, data: { id: made.id, expires_at } };
}
