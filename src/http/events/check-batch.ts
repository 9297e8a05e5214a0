import type { BatchElement } from '../../commands/record-hits/accept-batch.command.ts';
import type { EventBody } from '../../commands/record-hits/accept-hit.command.ts';
import { parseInstantWithZone } from '../../domain/instant.ts';
import { canonicalIp } from '../../domain/ip.ts';
import { parsePageUrl } from '../../domain/page-url.ts';
import { InvalidInput, TooLarge, type FieldError } from '../../platform/errors.ts';
import { checkEventValue } from '../event/wire-check.ts';

export const MAX_EVENTS = 1_000;
/** Of a batch that is wrong throughout the first ones are told. */
const MAX_FAULTS = 20;
/** Clocks differ: what is ahead by no more happened now. */
export const SKEW_MS = 60_000;
/** 1973, in milliseconds. In seconds it is the year 5138. */
const LEAST_MS = 100_000_000_000;
/** Beyond a user agent's length nothing of it is read. */
const MAX_USER_AGENT = 8_192;

export const BATCH_RULE = 'must be an array of events, or an object that has it as events';
const AT_RULE = 'must be a time with its zone such as 2026-03-02T09:30:00Z, or milliseconds since 1970';
const FUTURE_RULE = `must not be in the future (by more than ${SKEW_MS / 1_000} seconds)`;
const IP_RULE = 'must be an IP address';
const UA_RULE = `must be text of at most ${MAX_USER_AGENT} characters`;
const ONE_SITE_RULE = 'must name one site';

type Fields = Readonly<Record<string, unknown>>;
type Read<T> = { readonly value: T | undefined } | { readonly field: string; readonly rule: string };

/**
 * Checks the body of `POST /api/events`: each event by the rules of `POST /api/event`, and what a server says besides.
 * @param now in epoch ms
 * @throws InvalidInput naming what is wrong in each bad event, of many the first 20; TooLarge
 */
export function checkBatch(body: unknown, now: number): BatchElement[] {
  const [events, parent] = Array.isArray(body) ? [body, ''] : [(body as Fields | null | undefined)?.['events'], '/events'];
  if (!Array.isArray(events)) throw invalid([{ pointer: '', detail: BATCH_RULE }]);
  if (events.length > MAX_EVENTS) {
    throw new TooLarge(`A batch has at most ${MAX_EVENTS} events; this one has ${events.length}.`);
  }
  const errors: FieldError[] = [];
  const elements: BatchElement[] = [];
  for (const [i, event] of (events as unknown[]).entries()) {
    if (errors.length >= MAX_FAULTS) break;
    const pointer = `${parent}/${i}`;
    const element = readElement(event, pointer, now, (field, detail) => {
      if (errors.length < MAX_FAULTS) errors.push({ pointer: `${pointer}${field}`, detail });
    });
    if (element !== undefined) elements.push(element);
  }
  if (errors.length > 0) throw invalid(errors);
  return elements;
}

function readElement(
  event: unknown,
  pointer: string,
  now: number,
  fault: (field: string, detail: string) => void,
): BatchElement | undefined {
  const checked = checkEventValue(event);
  if (!checked.ok) fault(checked.pointer, checked.detail);
  // What is no object has no fields either.
  if (!checked.ok && checked.pointer === '') return undefined;
  const fields = event as Fields;
  const [at, ip, userAgent] = [readAt(fields, now), readIp(fields), readUserAgent(fields)];
  for (const read of [at, ip, userAgent]) if ('rule' in read) fault(`/${read.field}`, read.rule);
  if (!checked.ok) return undefined;
  const body = { ...checked.body, ...readSite(fields, checked.body, fault) };
  const page = parsePageUrl(body.url);
  if ('error' in page) fault('url' in fields && !('u' in fields) ? '/url' : '/u', page.error);
  return {
    pointer,
    body,
    ...('value' in at && at.value !== undefined && { at: at.value }),
    ...('value' in ip && ip.value !== undefined && { ip: ip.value }),
    ...('value' in userAgent && userAgent.value !== undefined && { userAgent: userAgent.value }),
  };
}

/** The first of its names that is there, and what stands there; null and undefined are the same. */
function pick(fields: Fields, ...names: readonly [string, ...string[]]): [field: string, value: unknown] {
  const field = names.find((name) => fields[name] !== undefined && fields[name] !== null) ?? names[0];
  return [field, fields[field] ?? undefined];
}

function readAt(fields: Fields, now: number): Read<number> {
  const [field, sent] = pick(fields, 'at', 'timestamp', 'ts');
  if (sent === undefined) return { value: undefined };
  const at = typeof sent === 'string' ? parseInstantWithZone(sent) : milliseconds(sent);
  if (at === undefined) return { field, rule: AT_RULE };
  return at > now + SKEW_MS ? { field, rule: FUTURE_RULE } : { value: at };
}

/** Seconds are told from milliseconds: taken for them, every event would be of 1970, and too old. */
function milliseconds(sent: unknown): number | undefined {
  return typeof sent === 'number' && Number.isSafeInteger(Math.trunc(sent)) && sent >= LEAST_MS ? Math.trunc(sent) : undefined;
}

function readIp(fields: Fields): Read<string> {
  const [field, sent] = pick(fields, 'ip', 'ip_address');
  if (sent === undefined) return { value: undefined };
  const ip = typeof sent === 'string' ? canonicalIp(sent) : null;
  return ip === null ? { field, rule: IP_RULE } : { value: ip };
}

function readUserAgent(fields: Fields): Read<string> {
  const [field, sent] = pick(fields, 'ua', 'user_agent');
  if (sent === undefined) return { value: undefined };
  return typeof sent === 'string' && sent.length <= MAX_USER_AGENT ? { value: sent } : { field, rule: UA_RULE };
}

/** A server knows where an event belongs: it is of the site that it names, and of no second one. */
function readSite(
  fields: Fields,
  { sites }: EventBody,
  fault: (field: string, detail: string) => void,
): Pick<EventBody, 'sites'> {
  const id = fields['site_id'] ?? undefined;
  if (id !== undefined && typeof id !== 'string') fault('/site_id', ONE_SITE_RULE);
  const named = new Set(typeof id === 'string' ? [id] : sites);
  if (named.size > 1) fault('d' in fields ? '/d' : '/domain', ONE_SITE_RULE);
  return { sites: named.size === 0 ? null : [...named] };
}

/** In the answer's one sentence only the first fault is told in words: twenty would be a page. */
function invalid(errors: readonly FieldError[]): InvalidInput {
  const [{ pointer, detail } = { pointer: '', detail: '' }] = errors;
  const more = errors.length > 1 ? `; and ${errors.length - 1} more` : '';
  return new InvalidInput(`${pointer === '' ? 'The body' : pointer.slice(1)} ${detail}${more}.`, errors);
}
