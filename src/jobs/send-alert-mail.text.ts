import type { AlertMetric, AlertOperator } from '../domain/alert.ts';
import { displayHost } from '../domain/host.ts';

/** What a mail says. */
export interface AlertChange {
  readonly kind: 'started' | 'stopped';
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly threshold: number;
  /** The figure at the check that found the change; null: there was none. */
  readonly value: number | null;
  /** When it started to hold, and when this change was found. */
  readonly since: Date;
  readonly changedAt: Date;
  readonly domain: string;
  readonly name: string;
  readonly alertId: string;
  /** Where the site's figures are. */
  readonly statsUrl: string;
}

const METRICS: Readonly<Record<AlertMetric, string>> = {
  visitors: 'visitors',
  pageviews: 'page views',
  visits: 'visits',
  bounce_rate: 'bounce rate',
  events: 'events',
};

/** A subject, and a text without any mark-up: names of sites are shown as they are, on one line. */
export function alertText(c: AlertChange): { subject: string; text: string } {
  const condition = `${METRICS[c.metric]} ${c.operator === 'lt' ? 'below' : 'above'} ${number(c.threshold)}`;
  const hasStarted = c.kind === 'started';
  const subject = `${c.domain}: ${condition}${hasStarted ? '' : ' no longer'}`;
  const site = c.name === c.domain || c.name === displayHost(c.domain) ? c.domain : `${c.domain} (${line(c.name)})`;
  const lines = [
    hasStarted ? `An alert of ${site} started to hold.` : `An alert of ${site} holds no longer.`,
    '',
    `Condition:  ${condition}, over the last 24 hours`,
    `Figure:     ${c.value === null ? 'none: there were no visits' : number(c.value)}`,
    `Since:      ${time(c.since)}${hasStarted ? '' : `, until ${time(c.changedAt)}`}`,
    `Figures:    ${c.statsUrl}`,
    `Alert:      ${c.alertId}`,
    '',
    hasStarted ? 'One more mail follows when it holds no longer.' : 'The next mail follows when it holds again.',
  ];
  return { subject, text: `${lines.join('\n')}\n` };
}

/** A name may hold anything: what would break a line, or turn the reading direction, is left out. */
function line(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

function number(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}

function time(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
