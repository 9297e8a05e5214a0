import { domainToASCII } from 'node:url';

export const ALERT_METRICS = ['visitors', 'pageviews', 'visits', 'bounce_rate', 'events'] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

/** `lt`: holds below the threshold; `gt`: above it. At the threshold neither holds. */
export const ALERT_OPERATORS = ['lt', 'gt'] as const;
export type AlertOperator = (typeof ALERT_OPERATORS)[number];

export const ALERT_WINDOWS = ['24h'] as const;

/** `unknown`: not judged, before the first check or while the figures are not current. */
export type AlertState = 'ok' | 'firing' | 'unknown';

export interface Condition {
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly threshold: number;
}

/** A figure that is not there, such as a bounce rate without visits, is neither below nor above anything. */
export function holds({ operator, threshold }: Pick<Condition, 'operator' | 'threshold'>, value: number | null): boolean {
  if (value === null) return false;
  return operator === 'lt' ? value < threshold : value > threshold;
}

/** What one check found: a figure, null for "there is none", or that it cannot be known now. */
export type Finding = { readonly value: number | null } | 'unknown';

export type AlertTurn = 'started' | 'stopped';

/**
 * Edge-triggered: only a change of the truth last known is a turn. An alert that was never judged counts as not
 * holding, so that one which holds at its first check starts. While nothing can be known nothing turns, and coming
 * back to the same truth turns nothing.
 */
export function turnOf(condition: Condition, isFiring: boolean, finding: Finding): AlertTurn | null {
  if (finding === 'unknown') return null;
  const now = holds(condition, finding.value);
  if (now === isFiring) return null;
  return now ? 'started' : 'stopped';
}

export function stateOf(alert: { readonly isFiring: boolean; readonly isEvaluated: boolean }): AlertState {
  if (!alert.isEvaluated) return 'unknown';
  return alert.isFiring ? 'firing' : 'ok';
}

/** The figures are followed too far behind the log to judge by them. Seconds; null: they never were at its head. */
export function isTooOld(lagSeconds: number | null): boolean {
  return lagSeconds === null || lagSeconds > 60;
}

/** What would be right, or undefined where it is. */
export type Fault = string | undefined;

const oneOf = (words: readonly string[]): string => `must be ${words.join(' or ')}`;

export function metricFault(value: unknown): Fault {
  return (ALERT_METRICS as readonly unknown[]).includes(value) ? undefined : `must be one of ${ALERT_METRICS.join(', ')}`;
}

export function operatorFault(value: unknown): Fault {
  return (ALERT_OPERATORS as readonly unknown[]).includes(value) ? undefined : oneOf(ALERT_OPERATORS);
}

export function windowFault(value: unknown): Fault {
  return value === undefined || value === null || value === '24h' ? undefined : oneOf(ALERT_WINDOWS);
}

/** @param metric of the same alert, where it is known: a rate is a share of 1 */
export function thresholdFault(value: unknown, metric: unknown): Fault {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return 'must be a number of at least 0';
  return metric === 'bounce_rate' && value > 1 ? 'must be from 0 to 1: a bounce rate is a share' : undefined;
}

const MAX_ADDRESS = 254;
const MAX_LOCAL_PART = 64;
/** RFC 5322's dot-atom: no quotes, no comments, no second address, nothing that could end a header. */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const DOMAIN = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;
/** The IDNA of `node:url` would decode or drop these, and read what is left. */
// eslint-disable-next-line no-control-regex
const NOT_IN_DOMAIN = /[\u0000-\u0020\u007f%/\\?#@:[\]]/;

/**
 * One plain address, as it goes to the mail server: a domain that is not ASCII in punycode. Null for everything else:
 * display names, lists, quoted or non-ASCII local parts, address literals, and whatever could break a header.
 */
export function plainAddress(text: string): string | null {
  if (text.length > 4 * MAX_ADDRESS) return null;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const typed = text.slice(at + 1);
  if (at < 1 || local.length > MAX_LOCAL_PART || !LOCAL_PART.test(local) || NOT_IN_DOMAIN.test(typed)) return null;
  const domain = DOMAIN.test(typed) ? typed : domainToASCII(typed);
  const address = `${local}@${domain}`;
  // A last label of digits alone is an IP address, not a name.
  if (!DOMAIN.test(domain) || /\.\d+$/.test(domain) || address.length > MAX_ADDRESS) return null;
  return address;
}

export function emailFault(value: unknown): Fault {
  const isFine = typeof value === 'string' && plainAddress(value) !== null;
  return isFine ? undefined : `must be one e-mail address such as you@example.com, at most ${MAX_ADDRESS} characters`;
}
