import { turnOf, type AlertTurn, type Finding } from '../domain/alert.ts';
import { appendEvent } from '../log/append-event.ts';
import type { EventOf } from '../log/events/event.ts';
import { applyAlertEvent } from '../models/alerts/alert.fold.ts';
import { lockAlert, readAlertsToCheck, readOwedMails, type AlertRow, type CheckedAlertRow } from '../models/alerts/alert.read.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { uuid7 } from '../platform/uuid7.ts';
import { readFigures } from './check-alerts.figures.ts';
import { OWED_FOR_MS } from './send-alert-mail.ts';

export interface CheckAlertsOptions {
  /** Of the role `writer`. */
  readonly writer: Db;
  /** Of the role `reader`, or one that may read projections. */
  readonly reader: Db;
  readonly clock: Clock;
  /** Queues the mail of a change, with the transaction if there is one. Twice is once. */
  readonly owe: (id: string, tx?: Tx) => Promise<unknown>;
  readonly log: Pick<Logger, 'warn'>;
}

/** How long it can be read which mails went. */
const MAILS_KEPT_MS = 30 * 86_400_000;

/**
 * Checks every alert once, the sites that wait longest first: one that cannot be read does not stop the others. Then
 * queues mails that are owed and in no queue, such as those from before there was a mail server.
 * @param signal ends it between two sites
 */
export async function checkAlerts(o: CheckAlertsOptions, signal?: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  for (const alerts of bySite(await readAlertsToCheck(o.writer))) {
    if (signal?.aborted === true) return;
    try {
      await checkSite(o, alerts);
    } catch (e) {
      failures.push(e);
      o.log.warn({ err: e, site: alerts[0]?.site }, 'the alerts of a site could not be checked');
    }
  }
  const now = o.clock();
  for (const id of await readOwedMails(o.writer, new Date(now - OWED_FOR_MS))) await o.owe(id);
  await o.writer.deleteFrom('alert_mails').where('changed_at', '<', new Date(now - MAILS_KEPT_MS)).execute();
  if (failures.length > 0) throw new AggregateError(failures, 'the alerts of some sites could not be checked');
}

function bySite(alerts: readonly CheckedAlertRow[]): Iterable<CheckedAlertRow[]> {
  return Map.groupBy(alerts, (alert) => alert.site).values();
}

async function checkSite(o: CheckAlertsOptions, alerts: readonly CheckedAlertRow[]): Promise<void> {
  const [first] = alerts;
  if (first === undefined) return;
  const now = o.clock();
  const metrics = new Set(alerts.map((alert) => alert.metric));
  const { site, site_id: siteId, timezone } = first;
  const figures = await readFigures(o.reader, { site, siteId, timezone, metrics, now });
  for (const alert of alerts) {
    await o.writer.transaction().execute((tx) => judge(o, tx, alert.id, figures(alert.metric), now));
  }
}

/** The state, the event and the mail that is owed: all of it or nothing. */
async function judge(o: CheckAlertsOptions, tx: Tx, id: string, finding: Finding, now: number): Promise<void> {
  const alert = await lockAlert(tx, id);
  // Gone meanwhile, or judged by later figures.
  if (alert === undefined || (alert.last_checked_at?.getTime() ?? 0) > now) return;
  if (finding === 'unknown') {
    if (alert.evaluated) await tx.updateTable('alerts').set({ evaluated: false }).where('id', '=', id).execute();
    return;
  }
  const last_checked_at = new Date(now);
  await tx.updateTable('alerts').set({ evaluated: true, last_checked_at }).where('id', '=', id).execute();
  const turn = turnOf(alert, alert.firing_since !== null, finding);
  if (turn !== null) await note(o, tx, alert, { turn, value: finding.value, at: last_checked_at });
}

interface Change {
  readonly turn: AlertTurn;
  readonly value: number | null;
  readonly at: Date;
}

async function note(o: CheckAlertsOptions, tx: Tx, alert: AlertRow, { turn, value, at }: Change): Promise<void> {
  const id = uuid7(at.getTime());
  const event: EventOf<'AlertStarted'> | EventOf<'AlertStopped'> = {
    type: turn === 'started' ? 'AlertStarted' : 'AlertStopped',
    schemaVersion: 1,
    data: { id: alert.id, site: alert.site, value, checked_at: at.toISOString() },
  };
  await tx
    .insertInto('alert_mails')
    .values({ id, alert: alert.id, kind: turn, value, since: alert.firing_since ?? at, changed_at: at })
    .execute();
  await applyAlertEvent(tx, { event, version: alert.version + 1, private: null });
  await o.owe(id, tx);
  const [before, after] = turn === 'started' ? ['ok', 'firing'] : ['firing', 'ok'];
  await appendEvent(tx, {
    ...event,
    stream: `alert:${alert.id}`,
    expectedVersion: alert.version,
    actor: 'system',
    actorKind: 'system',
    commandId: id,
    site: alert.site,
    before: { state: before },
    after: { state: after },
  });
}
