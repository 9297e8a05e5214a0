import type { EventBody } from '../../commands/record-hits/accept-hit.command.ts';
import { cleanProps } from '../../domain/props.ts';
import { eventName, vitalsOf, widthOf } from '../event/wire-fields.ts';
import { escapePointer, fault, isObject, readObject, type WireFault } from '../event/wire-json.ts';
import { NAME_RULE, REFERRER_RULE, URL_RULE } from '../event/wire-check.ts';

/** Null: there is nothing to log, such as what a page says of who its visitor is. */
export type UmamiResult = { readonly ok: true; readonly body: EventBody | null } | WireFault;

/** Reserved on our side: an event of that name would be taken for a report on the page left. */
const ENGAGEMENT = 'engagement';
const TYPE_RULE = 'must be event, identify or performance';
/** `1920x1080` */
const SCREEN = /^(\d{1,6})x\d/;

/**
 * Reads the body of `POST /api/send` as Umami's tracker sends it: `{type, payload}`.
 *
 * Of the payload, `website` names the site, `url` (whole, or a path at `hostname`) is the page, `referrer` where its
 * visitor came from, the width of `screen` stands for that of the viewport, and `name` makes it an event, with `data` as
 * its properties. `performance` becomes a report on the page, with its vitals: the `duration` beside them ends ten
 * seconds after the page was loaded, whatever its visitor did, and is left out. What anybody could say of anybody (`ip`,
 * `userAgent`, `timestamp`, `id`) is not looked at. Never throws.
 *
 * @param origin of the request, for a page without host
 */
export function checkUmami(bytes: Uint8Array, origin: string | undefined): UmamiResult {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { type, payload } = read.object;
  if (type !== 'event' && type !== 'identify' && type !== 'performance') return fault('/type', TYPE_RULE);
  if (!isObject(payload)) return fault('/payload', 'must be an object');
  if (type === 'identify') return NOTHING;
  return type === 'event' ? checkPayload(payload, origin) : checkReport(payload, origin);
}

const NOTHING: UmamiResult = { ok: true, body: null };

function checkReport(payload: Readonly<Record<string, unknown>>, origin: string | undefined): UmamiResult {
  const vitals = vitalsOf(payload);
  if (vitals === null) return NOTHING;
  const checked = checkPayload({ ...payload, name: null, data: null }, origin);
  if (!checked.ok || checked.body === null) return checked;
  return { ok: true, body: { ...checked.body, name: ENGAGEMENT, referrer: null, vitals } };
}

function checkPayload(payload: Readonly<Record<string, unknown>>, origin: string | undefined): UmamiResult {
  const { website, url, hostname, referrer, screen, data } = payload;
  const name = eventName(payload['name']);
  if (name === undefined) return fault('/payload/name', NAME_RULE);
  if (name === ENGAGEMENT) return fault('/payload/name', `must not be "${ENGAGEMENT}", which is reserved`);
  if (!isTextOrMissing(website)) return fault('/payload/website', 'must be text');
  if (!isTextOrMissing(referrer)) return fault('/payload/referrer', REFERRER_RULE);
  if (!isTextOrMissing(hostname)) return fault('/payload/hostname', 'must be text');
  const page = pageOf(url, name, hostname ? `https://${hostname}` : origin);
  if (page === null) return fault('/payload/url', URL_RULE);
  const props = cleanProps(Array.isArray(data) ? null : data);
  if (!props.ok) {
    const key = props.key === undefined ? '' : `/${escapePointer(props.key)}`;
    return fault(`/payload/data${key}`, props.reason);
  }
  return {
    ok: true,
    body: {
      name,
      url: page,
      // A path is one of the site itself, which is no source.
      referrer: referrer ?? null,
      width: typeof screen === 'string' ? widthOf(Number(SCREEN.exec(screen)?.[1])) : null,
      durationMs: null,
      scroll: null,
      props: props.props === null ? null : JSON.stringify(props.props),
      vitals: null,
      interactive: true,
      revenue: null,
      // Umami takes every fragment for a part of the page. One that is a route looks like this.
      hashRouting: /#!?\//.test(page),
      sites: website ? [website] : null,
    },
  };
}

/** An event may say nothing of its page: then it is of the site as such. */
function pageOf(url: unknown, name: string | null, base: string | undefined): string | null {
  if (url === undefined || url === null) return name === null || base === undefined ? null : `${base}/`;
  if (typeof url !== 'string') return null;
  if (/^https?:\/\//i.test(url) || base === undefined) return url;
  return base + (url.startsWith('/') ? '' : '/') + url;
}

function isTextOrMissing(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}
