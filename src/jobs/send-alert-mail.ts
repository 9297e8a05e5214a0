import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { claimMail, type OwedMail } from '../models/alerts/alert.read.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { MailFailure, oneLine, type Mailer } from '../platform/mail.ts';
import { alertText } from './send-alert-mail.text.ts';

export interface SendAlertMailOptions {
  /** Of the role `writer`. */
  readonly writer: Db;
  /** Undefined: no mail server is set. */
  readonly mailer: Mailer | undefined;
  /** Where the API is. */
  readonly baseUrl: () => string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

/** A mail about something older than this is of no use. */
export const OWED_FOR_MS = 24 * 3_600_000;

/** Refusals for good (5xx) after which a mail is given up: they may come of a mistake that is corrected meanwhile. */
export const MAX_REFUSALS = 10;

/** Longer than a mail may take. */
const CLAIM_SECONDS = 60;

/**
 * Sends the mail of one change, unless it went already or nobody is to have it any more: its alert or site is gone. It
 * is noted as sent right after the server took it; only a process that dies in between sends it again.
 * @throws MailFailure to be tried again
 */
export async function sendAlertMail(o: SendAlertMailOptions, id: string, signal?: AbortSignal): Promise<void> {
  if (o.mailer === undefined) return; // it stays owed, until there is one
  const mail = await claimMail(o.writer, id, CLAIM_SECONDS);
  if (mail === undefined) return;
  // Or whoever did has died: this is tried again when the claim has run out.
  if (mail === 'taken') throw new Error('another process sends this mail');
  if (o.clock() - mail.changed_at.getTime() > OWED_FOR_MS) {
    await giveUp(o, mail, 'it is a day old');
    return;
  }
  try {
    await o.mailer.send({ id: mail.id, to: mail.email, ...contentOf(o, mail) }, signal);
  } catch (e) {
    const isPermanent = e instanceof MailFailure && e.isPermanent;
    await o.writer
      .updateTable('alert_mails')
      .set((eb) => ({ claimed_until: null, refusals: eb('refusals', '+', isPermanent ? 1 : 0) }))
      .where('id', '=', mail.id)
      .execute();
    if (isPermanent && mail.refusals + 1 >= MAX_REFUSALS) {
      await giveUp(o, mail, 'the mail server refuses it');
      return;
    }
    o.log.warn({ alert: mail.alert, attempt: mail.attempts, err: e }, 'the mail of an alert did not go yet');
    throw e;
  }
  await noteSent(o, mail);
}

function contentOf(o: SendAlertMailOptions, mail: OwedMail): { subject: string; text: string } {
  const { subject, text } = alertText({
    ...mail,
    changedAt: mail.changed_at,
    alertId: mail.alert,
    statsUrl: `${o.baseUrl()}/api/stats/${mail.site}?period=today`,
  });
  return { subject: oneLine(subject), text };
}

/** A short loss of the database must not send the mail a second time. */
async function noteSent(o: SendAlertMailOptions, mail: OwedMail): Promise<void> {
  const at = new Date(o.clock());
  for (let tries = 4; ; tries--) {
    try {
      await sql`
        with m as (update alert_mails set sent_at = ${at}, claimed_until = null where id = ${mail.id}::uuid)
        update alerts set last_mailed_at = greatest(last_mailed_at, ${at}::timestamptz)
        where id = ${mail.alert}::uuid`.execute(o.writer);
      return;
    } catch (e) {
      if (tries === 0) throw e;
      await sleep(500);
    }
  }
}

async function giveUp(o: SendAlertMailOptions, mail: OwedMail, why: string): Promise<void> {
  const given_up_at = new Date(o.clock());
  await o.writer.updateTable('alert_mails').set({ given_up_at }).where('id', '=', mail.id).execute();
  o.log.warn({ alert: mail.alert, attempts: mail.attempts, why }, 'the mail of an alert is given up');
}
