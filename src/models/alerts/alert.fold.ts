import type { AlertEvent, SiteEvent } from '../../log/events/admin-events.ts';
import type { Recorded } from '../../log/events/upcast.ts';
import { readEvents } from '../../log/read-events.ts';
import type { Tx } from '../../platform/database.ts';
import './alerts.tables.ts';

/** What changes the table: a site takes its alerts with it. */
export type AlertsEvent = AlertEvent | Extract<SiteEvent, { type: 'SiteDeleted' }>;

/**
 * Folds one event into the table, in the transaction that appends it. Mails that are owed to a removed alert are not
 * sent: they go with it.
 */
export async function applyAlertEvent(tx: Tx, recorded: Recorded<AlertsEvent>): Promise<void> {
  const { event, version } = recorded;
  switch (event.type) {
    case 'AlertCreated': {
      const email = recorded.private?.after?.['email'];
      await tx
        .insertInto('alerts')
        // Blank where an erasure took it: the site's end follows in the log.
        .values({ ...event.data, email: typeof email === 'string' ? email : '', version })
        .execute();
      return;
    }
    case 'AlertStarted':
      await tx
        .updateTable('alerts')
        .set({ firing_since: event.data.checked_at, version })
        .where('id', '=', event.data.id)
        .execute();
      return;
    case 'AlertStopped':
      await tx
        .updateTable('alerts')
        .set({ firing_since: null, version })
        .where('id', '=', event.data.id)
        .execute();
      return;
    case 'AlertDeleted':
      await tx.deleteFrom('alert_mails').where('alert', '=', event.data.id).execute();
      await tx.deleteFrom('alerts').where('id', '=', event.data.id).execute();
      return;
    case 'SiteDeleted':
      await tx
        .deleteFrom('alert_mails')
        .where('alert', 'in', (eb) => eb.selectFrom('alerts').select('id').where('site', '=', event.data.id))
        .execute();
      await tx.deleteFrom('alerts').where('site', '=', event.data.id).execute();
      return;
    default:
      event satisfies never;
  }
}

const TYPES = ['AlertCreated', 'AlertStarted', 'AlertStopped', 'AlertDeleted', 'SiteDeleted'] as const;

/**
 * Empties the table and folds all events of the log again, while nobody writes. What is no event (last check, last
 * mail, whether the figures could be had) is carried over.
 */
export async function rebuildAlerts(tx: Tx): Promise<void> {
  const before = await tx
    .deleteFrom('alerts')
    .returning(['id', 'evaluated', 'last_checked_at', 'last_mailed_at'])
    .execute();
  for (const recorded of await readEvents(tx, TYPES)) await applyAlertEvent(tx, recorded);
  for (const { id, ...kept } of before) await tx.updateTable('alerts').set(kept).where('id', '=', id).execute();
}
