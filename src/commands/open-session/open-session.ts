import { hashToken, isToken, newToken } from '../../domain/session-token.ts';
import { applySessionEvent, takeLink } from '../../models/sessions/session.fold.ts';
import { readOpenLink } from '../../models/sessions/session.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import { runCommand } from '../run-command.ts';
import type { OpenedSession } from './open-session.command.ts';
import { decideOpenSession, linkIsNoGood } from './open-session.decide.ts';

/** What the command's handler does. See `OpenSession`. */
export async function openSession(db: Db, linkToken: string, clock: Clock): Promise<OpenedSession> {
  if (!isToken(linkToken)) throw linkIsNoGood();
  const link = await readOpenLink(db, hashToken(linkToken), new Date(clock()));
  if (link === undefined) throw linkIsNoGood();
  const token = newToken();
  const actor = { name: link.actor, kind: 'session' } as const;
  return await runCommand(db, 'OpenSession', { actor }, clock, async (tx, now) => {
    const isTaken = await takeLink(tx, link.id, now);
    const event = decideOpenSession(isTaken ? link.id : undefined, { id: uuid7(now.getTime()), now });
    const { id, expires_at } = event.data;
    const fold = { event, actor: actor.name, at: now, hash: hashToken(token) };
    return {
      ...event,
      stream: `session:${id}`,
      version: 0,
      before: null,
      after: event.data,
      result: { id, token, expires_at },
      apply: (tx, version) => applySessionEvent(tx, { ...fold, version }),
    };
  });
}
