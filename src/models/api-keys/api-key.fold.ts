import type { DomainEvent } from '../../log/events/event.ts';
import '../../log/log.tables.ts';
import type { Tx } from '../../platform/database.ts';
import './api-keys.tables.ts';

export type ApiKeyEvent = Extract<DomainEvent, { type: `ApiKey${string}` }>;

/** Folds one event into the table, in the transaction of the command that appends it. A revoked key has no row. */
export async function applyApiKeyEvent(tx: Tx, event: ApiKeyEvent, version: number): Promise<void> {
  switch (event.type) {
    case 'ApiKeyIssued': {
      const { hash, scopes, site_ids, ...rest } = event.data;
      await tx
        .insertInto('api_keys')
        .values({
          ...rest,
          scopes: [...scopes],
          site_ids: site_ids === null ? null : [...site_ids],
          hash: Buffer.from(hash, 'hex'),
          last_used_at: null,
          version,
        })
        .execute();
      return;
    }
    case 'ApiKeyRevoked':
      await tx.deleteFrom('api_keys').where('id', '=', event.data.id).execute();
      return;
    default:
      event satisfies never;
  }
}

/**
 * Empties the table and folds all events of the log again, while nobody writes. When a key was last used is no event:
 * it is carried over.
 */
export async function rebuildApiKeys(tx: Tx): Promise<void> {
  const before = await tx.deleteFrom('api_keys').returning(['id', 'last_used_at']).execute();
  const events = await tx
    .selectFrom('log_events')
    .select(['type', 'schema_version', 'data', 'version'])
    .where('stream', 'like', 'key:%')
    .orderBy('position')
    .execute();
  for (const { type, schema_version, data, version } of events) {
    await applyApiKeyEvent(tx, { type, schemaVersion: schema_version, data } as ApiKeyEvent, version);
  }
  for (const { id, last_used_at } of before) {
    await tx.updateTable('api_keys').set({ last_used_at }).where('id', '=', id).execute();
  }
}
