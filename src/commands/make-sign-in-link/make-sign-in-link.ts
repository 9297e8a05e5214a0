import { hashToken, newToken } from '../../domain/session-token.ts';
import { applySessionEvent } from '../../models/sessions/session.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import { decideMakeSignInLink } from './make-sign-in-link.decide.ts';

export interface SignInLink {
  readonly id: string;
  /** To be shown this once: only its hash is stored. See `signInUrl`. */
  readonly token: string;
  readonly expires_at: string;
}

/**
 * Makes a link that signs its first user in, within 15 minutes, in the name of the context's actor. For the command
 * line alone: whoever has the database may do everything.
 */
export async function makeSignInLink(db: Db, context: CommandContext, clock: Clock): Promise<SignInLink> {
  const token = newToken();
  return await runCommand(db, 'MakeSignInLink', context, clock, (_tx, now) => {
    const event = decideMakeSignInLink({ id: uuid7(now.getTime()), now });
    const fold = { event, actor: context.actor.name, at: now, hash: hashToken(token) };
    return Promise.resolve({
      ...event,
      stream: `session:${event.data.id}`,
      version: 0,
      before: null,
      after: event.data,
      result: { ...event.data, token },
      replayed: { ...event.data, token: '' },
      apply: (tx, version) => applySessionEvent(tx, { ...fold, version }),
    });
  });
}

/** @param baseUrl under which the browser reaches the server */
export function signInUrl(baseUrl: string, { token }: Pick<SignInLink, 'token'>): string {
  return `${baseUrl.replace(/\/+$/, '')}/sign-in?token=${token}`;
}
