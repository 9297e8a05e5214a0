import { sql } from 'kysely';
import { hashApiKey, newApiKey } from '../../domain/api-key.ts';
import { appendEvent } from '../../log/append-event.ts';
import { applyApiKeyEvent } from '../../models/api-keys/api-key.fold.ts';
import { readAdminKeys, readApiKeyByHash, type ApiKeyRow } from '../../models/api-keys/api-key.read.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import { ENVIRONMENT_KEY } from './environment-key.ts';

const BY_FIRST_START = 'first start';
/** Of the advisory lock under which it is looked and made: several processes may start at once. */
const LOCK = sql.lit('4703919738795935664');

/**
 * Sees to it that there is a way in.
 * - With a key from the environment: that key is an admin's, and one that an earlier value made is revoked.
 * - Without: if there is no admin key at all, one is made. It is answered this once, to be shown, and handed to `keep`
 *   before it counts: whatever ends the process, no key is on record that nobody has.
 */
export async function ensureAdminKey(
  db: Db,
  wanted: string | undefined,
  now: number,
  keep: (key: string) => Promise<void> = () => Promise.resolve(),
): Promise<string | undefined> {
  return await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(tx);
    const admins = await readAdminKeys(tx);
    if (wanted !== undefined) {
      await setKey(tx, wanted, admins, now);
      return undefined;
    }
    const isUsable = (key: ApiKeyRow): boolean => key.expires_at === null || key.expires_at.getTime() > now;
    if (admins.some((key) => isUsable(key) && key.site_ids === null && key.account === null)) return undefined;
    const key = newApiKey();
    await issue(tx, BY_FIRST_START, key, now);
    await keep(key);
    return key;
  });
}

async function setKey(tx: Tx, wanted: string, admins: readonly ApiKeyRow[], now: number): Promise<void> {
  const existing = await readApiKeyByHash(tx, hashApiKey(wanted));
  for (const key of admins) {
    if (key.name === ENVIRONMENT_KEY && key.id !== existing?.id) await revoke(tx, key, now);
  }
  if (existing === undefined) await issue(tx, ENVIRONMENT_KEY, wanted, now);
}

async function issue(tx: Tx, name: string, key: string, now: number): Promise<void> {
  const id = uuid7(now);
  const what = { name, account: null, scopes: ['admin'], site_ids: null, expires_at: null };
  const after = { id, ...what, created_at: new Date(now).toISOString() };
  const data = { ...after, hash: hashApiKey(key).toString('hex') };
  const event = { type: 'ApiKeyIssued', schemaVersion: 1, data } as const;
  await applyApiKeyEvent(tx, { event, version: 1 });
  const at = { stream: `key:${id}`, expectedVersion: 0, actor: 'system', commandId: uuid7(now) };
  await appendEvent(tx, { ...event, ...at, command: 'IssueApiKey', before: null, after });
}

async function revoke(tx: Tx, { id, name, account, scopes, site_ids, version, expires_at }: ApiKeyRow, now: number) {
  const event = { type: 'ApiKeyRevoked', schemaVersion: 1, data: { id } } as const;
  await applyApiKeyEvent(tx, { event, version: version + 1 });
  const at = { stream: `key:${id}`, expectedVersion: version, actor: 'system', commandId: uuid7(now) };
  const before = { name, account, scopes, site_ids, expires_at: expires_at?.toISOString() ?? null };
  await appendEvent(tx, { ...event, ...at, command: 'RevokeApiKey', before, after: null });
}
