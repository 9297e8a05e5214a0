import type { EventBody } from '../../commands/record-hits/accept-hit.command.ts';
import { cleanProps } from '../../domain/props.ts';
import {
  eventName,
  MAX_NAME_CHARACTERS,
  MAX_SITES,
  millisecondsOf,
  revenueOf,
  scrollOf,
  secondsOf,
  sitesOf,
  vitalsOf,
  widthOf,
} from './wire-fields.ts';
import { asObject, escapePointer, fault, readObject, type WireFault } from './wire-json.ts';

export type WireResult = { readonly ok: true; readonly body: EventBody } | WireFault;

/** Reserved name of a report on the page left. */
const ENGAGEMENT = 'engagement';

/**
 * Checks the body of `POST /api/event` by hand, as class-validator costs more than all the rest of a request. It holds
 * to `EventDto`: a property test compares the two.
 *
 * The order is the documentation's: n, u, r, p, d. Texts come out clean (no NUL, no lone surrogate) except for the URLs,
 * which their parsers clean, and the names of sites, which are only compared. What is out of range in w, t, s or v is
 * null: a browser's oddity must not cost the hit. Never throws.
 */
export function checkEvent(bytes: Uint8Array): WireResult {
  const read = readObject(bytes);
  return read.ok ? checkFields(read.object) : read;
}

/** The same for a body that is parsed already. */
export function checkEventValue(value: unknown): WireResult {
  const read = asObject(value);
  return read.ok ? checkFields(read.object) : read;
}

/**
 * Fields have a short name, and a long one that some of Plausible's clients send: it is looked at only where the short
 * one is not there at all. Each is looked up by hand: going through a table of them would cost more than the rest.
 */
function checkFields(event: Readonly<Record<string, unknown>>): WireResult {
  const { n = event['name'], u: url = event['url'], r: referrer = event['referrer'], d = event['domain'] } = event;
  const name = eventName(n);
  if (name === undefined) return fault(asSent(event, 'n', 'name'), NAME_RULE);
  if (typeof url !== 'string') return fault(asSent(event, 'u', 'url'), URL_RULE);
  if (typeof referrer !== 'string' && referrer !== null && referrer !== undefined) {
    return fault(asSent(event, 'r', 'referrer'), REFERRER_RULE);
  }
  const props = cleanProps(propsOf(event));
  if (!props.ok) {
    const pointer = asSent(event, 'p', 'props', 'm', 'meta');
    return fault(props.key === undefined ? pointer : `${pointer}/${escapePointer(props.key)}`, props.reason);
  }
  const sites = sitesOf(d);
  if (sites === undefined) return fault(asSent(event, 'd', 'domain'), SITES_RULE);

  const isEngagement = name === ENGAGEMENT;
  const { i = event['interactive'], $: revenue = event['revenue'], h } = event;
  return {
    ok: true,
    body: {
      name,
      url,
      referrer: referrer ?? null,
      width: widthOf(event['w']),
      durationMs: secondsOf(event['t']) ?? (isEngagement ? millisecondsOf(event['e']) : null),
      scroll: scrollOf(event['s']) ?? (isEngagement ? scrollOf(event['sd']) : null),
      props: props.props === null ? null : JSON.stringify(props.props),
      vitals: vitalsOf(event['v']),
      interactive: i !== false,
      revenue: revenue === undefined ? null : revenueOf(revenue),
      hashRouting: h === 1 || h === true,
      sites,
    },
  };
}

export const NAME_RULE = `must be text of at most ${MAX_NAME_CHARACTERS} characters, an integer, or null`;
export const URL_RULE = 'must be the URL of a page';
export const REFERRER_RULE = 'must be text or null';
export const SITES_RULE = `must be text that names at most ${MAX_SITES} sites, with commas between them, or null`;

function propsOf(event: Readonly<Record<string, unknown>>): unknown {
  const { p = event['props'] } = event;
  if (p !== undefined) return p;
  const { m = event['meta'] } = event;
  return m;
}

/** Under which of its names a field was sent. */
function asSent(event: Readonly<Record<string, unknown>>, ...names: readonly string[]): string {
  return `/${names.find((name) => event[name] !== undefined) ?? names[0]}`;
}
