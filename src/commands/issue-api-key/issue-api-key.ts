import { hashApiKey, newApiKey } from '../../domain/api-key.ts';
import { appendEvent } from '../../log/append-event.ts';
import { applyApiKeyEvent } from '../../models/api-keys/api-key.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { IssuedApiKey, NewApiKey } from './issue-api-key.command.ts';
import { decideIssueApiKey } from './issue-api-key.decide.ts';

/** Issues a key: what the command's handler does. */
export async function issueApiKey(db: Db, key: NewApiKey, actor: string, clock: Clock): Promise<IssuedApiKey> {
  const text = newApiKey();
  const id = await db.transaction().execute((tx) => issueInTransaction(tx, key, text, actor, clock()));
  return { id, key: text };
}

/** Enters a key of this text. The last of its transaction, as it takes the log's lock. Answers the key's id. */
export async function issueInTransaction(
  tx: Tx,
  key: NewApiKey,
  text: string,
  actor: string,
  now: number,
): Promise<string> {
  const id = uuid7(now);
  const event = decideIssueApiKey(key, { id, hash: hashApiKey(text), now: new Date(now) });
  await applyApiKeyEvent(tx, { event, version: 1 });
  await appendEvent(tx, { ...event, stream: `key:${id}`, expectedVersion: 0, actor, commandId: uuid7(now) });
  return id;
}
