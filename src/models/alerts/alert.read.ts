import { sql, type Selectable } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import '../sites/sites.tables.ts';
import type { AlertsTable } from './alerts.tables.ts';

export type AlertRow = Selectable<AlertsTable>;

/** `has_trouble`: its latest mail was tried and did not go, or was given up. */
export type ListedAlertRow = AlertRow & { has_trouble: boolean };

/** Of some sites (public ids), in the order in which they were made. */
export function readAlerts(tx: Tx, sites: readonly string[]): Promise<ListedAlertRow[]> {
  return tx
    .selectFrom('alerts as a')
    .selectAll('a')
    .select(
      sql<boolean>`coalesce((select m.sent_at is null and (m.given_up_at is not null
          or m.attempts > (coalesce(m.claimed_until > now(), false))::int) -- the one under way has not failed
        from alert_mails m where m.alert = a.id order by m.changed_at desc, m.id desc limit 1), false)`.as('has_trouble'),
    )
    .where('a.site', '=', sql<string>`any(${[...sites]}::uuid[])`)
    .orderBy('a.created_at')
    .orderBy('a.id')
    .execute();
}

/** The row as it is, and nobody else changes it before the transaction ends. */
export function lockAlert(tx: Tx, id: string): Promise<AlertRow | undefined> {
  return tx.selectFrom('alerts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** @param site public id */
export async function readAlertIdsOf(tx: Tx, site: string): Promise<string[]> {
  const rows = await tx.selectFrom('alerts').select('id').where('site', '=', site).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

export async function countAlerts(tx: Tx, site: string): Promise<number> {
  const { rows } = await sql<{ alerts: number }>`
    select count(*)::int as alerts from alerts where site = ${site}::uuid`.execute(tx);
  return rows[0]?.alerts ?? 0;
}

/** An alert with what its site's figures are read by. */
export type CheckedAlertRow = AlertRow & { site_id: number; timezone: string };

/** All alerts, those of one site together; sites that were checked longest ago first. */
export async function readAlertsToCheck(tx: Tx): Promise<CheckedAlertRow[]> {
  const { rows } = await sql<CheckedAlertRow>`
    select a.*, s.site_id, s.timezone from alerts a join sites s on s.id = a.site
    order by min(a.last_checked_at) over (partition by a.site) nulls first, a.site, a.id`.execute(tx);
  return rows;
}

/** A mail that is owed, with what is written in it. */
export interface OwedMail {
  readonly id: string;
  readonly alert: string;
  readonly kind: 'started' | 'stopped';
  readonly value: number | null;
  readonly since: Date;
  readonly changed_at: Date;
  readonly attempts: number;
  readonly refusals: number;
  readonly metric: AlertRow['metric'];
  readonly operator: AlertRow['operator'];
  readonly threshold: number;
  readonly email: string;
  readonly site: string;
  readonly domain: string;
  readonly name: string;
}

/**
 * Takes a mail for this process for `seconds`, and counts the attempt. Undefined where nothing is owed (sent, given up,
 * alert or site gone), `taken` while another process sends it.
 */
export async function claimMail(tx: Tx, id: string, seconds: number): Promise<OwedMail | 'taken' | undefined> {
  const { rows } = await sql<OwedMail>`
    update alert_mails m set attempts = m.attempts + 1, claimed_until = now() + ${seconds} * interval '1 second'
    from alerts a join sites s on s.id = a.site
    where m.id = ${id}::uuid and a.id = m.alert and m.sent_at is null and m.given_up_at is null
      and (m.claimed_until is null or m.claimed_until < now())
    returning m.id, m.alert, m.kind, m.value, m.since, m.changed_at, m.attempts, m.refusals, a.metric, a.operator,
      a.threshold, a.email, a.site, s.domain, s.name`.execute(tx);
  if (rows[0] !== undefined) return rows[0];
  const owed = await tx
    .selectFrom('alert_mails as m')
    .innerJoin('alerts as a', 'a.id', 'm.alert')
    .innerJoin('sites as s', 's.id', 'a.site')
    .select('m.id')
    .where('m.id', '=', id)
    .where('m.sent_at', 'is', null)
    .where('m.given_up_at', 'is', null)
    .executeTakeFirst();
  return owed === undefined ? undefined : 'taken';
}

/** Ids of the mails that are owed for changes since `from`, the oldest first. */
export async function readOwedMails(tx: Tx, from: Date): Promise<string[]> {
  const rows = await tx
    .selectFrom('alert_mails')
    .select('id')
    .where('sent_at', 'is', null)
    .where('given_up_at', 'is', null)
    .where('changed_at', '>', from)
    .orderBy('changed_at')
    .execute();
  return rows.map((row) => row.id);
}
