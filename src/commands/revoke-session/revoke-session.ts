import { applySessionEvent } from '../../models/sessions/session.fold.ts';
import { lockSession } from '../../models/sessions/session.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import { decideRevokeSession } from './revoke-session.decide.ts';

/** What the command's handler does, and the command line. See `RevokeSession`. */
export async function revokeSession(db: Db, id: string, context: CommandContext, clock: Clock): Promise<null> {
  return await runCommand(db, 'RevokeSession', context, clock, async (tx, at) => {
    const { version, ...event } = decideRevokeSession(id, await lockSession(tx, id));
    const fold = { event, actor: context.actor.name, at, hash: null };
    return {
      ...event,
      stream: `session:${id}`,
      version,
      before: event.data,
      after: null,
      result: null,
      apply: (tx, version) => applySessionEvent(tx, { ...fold, version }),
    };
  });
}
