import type { DomainEvent } from '../../log/events/event.ts';
import '../../log/log.tables.ts';
import type { Tx } from '../../platform/database.ts';
import './sites.tables.ts';

export type SiteEvent = Extract<DomainEvent, { type: `Site${string}` }>;

/** Folds one event into the table, in the transaction of the command that appends it: a write is read back at once. */
export async function applySiteEvent(tx: Tx, event: SiteEvent, version: number): Promise<void> {
  const { data } = event;
  await tx
    .insertInto('sites')
    .values({
      site_id: data.site_id,
      id: data.id,
      domain: data.domain,
      name: data.name,
      public: data.public,
      folder_id: data.folder_id,
      timezone: data.timezone,
      created_at: data.created_at,
      version,
    })
    .execute();
}

/** Empties the table and folds all events of the log again. Run it while nobody writes. */
export async function rebuildSites(tx: Tx): Promise<void> {
  await tx.deleteFrom('sites').execute();
  const events = await tx
    .selectFrom('log_events')
    .select(['type', 'schema_version', 'data', 'version'])
    .where('stream', 'like', 'site:%')
    .orderBy('position')
    .execute();
  for (const { type, schema_version, data, version } of events) {
    await applySiteEvent(tx, { type, schemaVersion: schema_version, data } as SiteEvent, version);
  }
}
