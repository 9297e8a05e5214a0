import type { SiteEvent } from '../../log/events/admin-events.ts';
import type { Recorded } from '../../log/events/upcast.ts';
import { readEvents } from '../../log/read-events.ts';
import type { Tx } from '../../platform/database.ts';
import './sites.tables.ts';

/** Folds one event into the table, in the transaction of the command that appends it: a write is read back at once. */
export async function applySiteEvent(tx: Tx, recorded: Recorded<SiteEvent>): Promise<void> {
  const { event, version } = recorded;
  switch (event.type) {
    case 'SiteCreated':
      await tx
        .insertInto('sites')
        .values({ ...event.data, version })
        .execute();
      return;
    case 'SiteChanged': {
      const { excluded_paths, query_keys, aliases, ...rest } = event.data.changes;
      const ips = recorded.private?.after?.['excluded_ips'] as readonly string[] | undefined;
      await tx
        .updateTable('sites')
        .set({
          ...rest,
          ...(excluded_paths && { excluded_paths: [...excluded_paths] }),
          ...(query_keys && { query_keys: [...query_keys] }),
          ...(aliases && { aliases: [...aliases] }),
          ...(ips && { excluded_ips: [...ips] }),
          version,
        })
        .where('id', '=', event.data.id)
        .execute();
      if (aliases) await replaceAliases(tx, event.data.id, aliases);
      return;
    }
    case 'SiteMoved':
      await tx
        .updateTable('sites')
        .set({ folder_id: event.data.folder_id, version })
        .where('id', '=', event.data.id)
        .execute();
      return;
    case 'SiteDeleted':
      await tx.deleteFrom('sites').where('id', '=', event.data.id).execute();
      return;
    case 'SiteErased':
      return; // gone since it was deleted
    default:
      event satisfies never;
  }
}

async function replaceAliases(tx: Tx, id: string, aliases: readonly string[]): Promise<void> {
  await tx.deleteFrom('site_aliases').where('id', '=', id).execute();
  if (aliases.length === 0) return;
  // In one order, so that two who want the same names wait for each other and do not deadlock.
  const rows = aliases.toSorted().map((alias) => ({ alias, id }));
  await tx.insertInto('site_aliases').values(rows).execute();
}

/** Empties the table and folds all events of the log again. Run it while nobody writes. */
export async function rebuildSites(tx: Tx): Promise<void> {
  await tx.deleteFrom('sites').execute();
  const types = ['SiteCreated', 'SiteChanged', 'SiteMoved', 'SiteDeleted'] as const;
  for (const recorded of await readEvents(tx, types)) await applySiteEvent(tx, recorded);
}
