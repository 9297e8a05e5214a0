import { sql, type Selectable } from 'kysely';
import type { Sight } from '../../domain/sight.ts';
import type { Tx } from '../../platform/database.ts';
import type { ApiKeysTable } from './api-keys.tables.ts';

export type ApiKeyRow = Selectable<ApiKeysTable>;

/** @param hash SHA-256 of the key as sent */
export function readApiKeyByHash(tx: Tx, hash: Buffer): Promise<ApiKeyRow | undefined> {
  return tx.selectFrom('api_keys').selectAll().where('hash', '=', hash).executeTakeFirst();
}

/** Keys of the scope `admin`, the oldest first. Expired ones too. */
export function readAdminKeys(tx: Tx): Promise<ApiKeyRow[]> {
  return tx
    .selectFrom('api_keys')
    .selectAll()
    .where((eb) => eb.val('admin'), '=', (eb) => eb.fn.any('scopes'))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/**
 * The keys that somebody may see and revoke: none that is wider than their own sight. The oldest first, expired ones too.
 * @param id only the one of this id, a UUID
 */
export async function readApiKeys(tx: Tx, sight: Sight, id?: string): Promise<ApiKeyRow[]> {
  let keys = seen(tx, sight);
  if (id !== undefined) keys = keys.where('id', '=', id);
  return keys.orderBy('created_at').orderBy('id').execute();
}

/** One of them as it is, and nobody else changes it before the transaction ends. */
export function lockApiKey(tx: Tx, sight: Sight, id: string): Promise<ApiKeyRow | undefined> {
  return seen(tx, sight).where('id', '=', id).forUpdate().executeTakeFirst();
}

function seen(tx: Tx, sight: Sight) {
  let keys = tx.selectFrom('api_keys').selectAll();
  if (sight.account !== null) keys = keys.where('account', '=', sight.account);
  if (sight.siteIds !== null) {
    // A key whose sites are all gone has an empty list, which is within every other one: it is the operator's to see.
    keys = keys.where(sql<boolean>`cardinality(site_ids) > 0 and site_ids <@ ${[...sight.siteIds]}::uuid[]`);
  }
  // Groups are of people, and a key is limited to none.
  if (sight.groups !== null) keys = keys.where(sql<boolean>`false`);
  return keys;
}

/** Keys whose list of sites names this one. @param site public id */
export async function readKeyIdsWith(tx: Tx, site: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from api_keys where ${site}::uuid = any (site_ids) order by id`.execute(tx);
  return rows.map(({ id }) => id);
}
