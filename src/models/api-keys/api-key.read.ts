import type { Selectable } from 'kysely';
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
