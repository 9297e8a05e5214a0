import { hashApiKey, newApiKey } from '../../domain/api-key.ts';
import { applyApiKeyEvent } from '../../models/api-keys/api-key.fold.ts';
import { holdSites } from '../../models/api-keys/listed-sites.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import type { IssuedApiKey, KeyIssuer, NewApiKey } from './issue-api-key.command.ts';
import { decideIssueApiKey, NO_ID, readNewApiKey } from './issue-api-key.decide.ts';

/** Issues a key: what the command's handler does, and the command line. See `IssueApiKey`. */
export async function issueApiKey(
  db: Db,
  key: NewApiKey,
  issuer: KeyIssuer,
  context: CommandContext,
  clock: Clock,
): Promise<IssuedApiKey> {
  return runCommand<IssuedApiKey>(db, 'IssueApiKey', context, clock, async (tx, now) => {
    const read = readNewApiKey(key, issuer, now);
    const ids = (read.site_ids ?? []).filter((id) => id !== NO_ID);
    const known = ids.length === 0 ? [] : await holdSites(tx, ids, read.account);
    const text = newApiKey();
    const made = { id: uuid7(now.getTime()), hash: hashApiKey(text), now };
    const event = decideIssueApiKey(read, issuer, known, made);
    const { hash: _, ...after } = event.data;
    const replayed = { ...after, version: 1 };
    return {
      ...event,
      stream: `key:${made.id}`,
      version: 0,
      before: null,
      after,
      result: { ...replayed, key: text },
      replayed,
      apply: (tx, version) => applyApiKeyEvent(tx, { event, version }),
    };
  });
}
