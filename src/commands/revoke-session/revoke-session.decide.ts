import type { EventOf } from '../../log/events/event.ts';
import { NotFound } from '../../platform/errors.ts';

/** @param session undefined: there is none. @throws NotFound */
export function decideRevokeSession(
  id: string,
  session: { readonly version: number } | undefined,
): EventOf<'SessionRevoked'> & { readonly version: number } {
  if (session === undefined) throw new NotFound('There is no such session.');
  return { type: 'SessionRevoked', schemaVersion: 1, data: { id }, version: session.version };
}
