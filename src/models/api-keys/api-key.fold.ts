import { sql } from 'kysely';
import type { ApiKeyEvent, SiteEvent } from '../../log/events/admin-events.ts';
import type { Recorded } from '../../log/events/upcast.ts';
import { readEvents } from '../../log/read-events.ts';
import type { Tx } from '../../platform/database.ts';
import './api-keys.tables.ts';

/** What changes the table: a site that goes leaves the lists of the keys that named it. */
export type ApiKeysEvent = ApiKeyEvent | Extract<SiteEvent, { type: 'SiteDeleted' }>;

/** Folds one event into the table, in the transaction of the command that appends it. A revoked key has no row. */
export async function applyApiKeyEvent(
  tx: Tx,
  { event, version }: Pick<Recorded<ApiKeysEvent>, 'event' | 'version'>,
): Promise<void> {
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
    case 'ApiKeyRetired':
      await tx
        .updateTable('api_keys')
        .set({ expires_at: event.data.expires_at, version })
        .where('id', '=', event.data.id)
        .execute();
      return;
    case 'ApiKeyRevoked':
      await tx.deleteFrom('api_keys').where('id', '=', event.data.id).execute();
      return;
    case 'SiteDeleted':
      // In one order, so that two deletions wait for each other and do not deadlock.
      await sql`
        select from api_keys where ${event.data.id}::uuid = any (site_ids) order by id for update`.execute(tx);
      // An empty list is a limit too: such a key sees nothing.
      await sql`
        update api_keys set site_ids = array_remove(site_ids, ${event.data.id}::uuid)
        where ${event.data.id}::uuid = any (site_ids)`.execute(tx);
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
  const types = ['ApiKeyIssued', 'ApiKeyRetired', 'ApiKeyRevoked', 'SiteDeleted'] as const;
  for (const recorded of await readEvents(tx, types)) await applyApiKeyEvent(tx, recorded);
  for (const { id, last_used_at } of before) {
    await tx.updateTable('api_keys').set({ last_used_at }).where('id', '=', id).execute();
  }
}
