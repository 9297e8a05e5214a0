import { doc, options, tag } from './page.ts';

export type Props = Record<string, unknown>;

/** The fields are those of `POST /api/event`; what is undefined is not sent. */
export interface Hit {
  n?: string | undefined;
  u: string | undefined;
  r?: string | null;
  w?: number;
  p?: Props | undefined;
  t?: number;
  s?: number;
  v?: object | undefined;
  h?: 1;
}

const isHashRouted = 'hash' in options;

/** But for hash routing the fragment never leaves the page: it is not counted, and some applications keep tokens in it. */
export const address = (): string => (isHashRouted ? location.href : location.href.replace(/#.*/, ''));

/** Sent once and never again: a request that failed here may well have been counted there. */
export const post = (hit: Hit): void => {
  // Who sets this in the browser's console is not counted there. It is asked for each time, so that it holds at once.
  let ignore: string | undefined;
  try {
    ignore = localStorage.antics_ignore;
  } catch {
    // Sandboxed frames, and browsers that keep nothing, throw.
  }
  if (ignore && ignore !== 'false') return;

  if (isHashRouted) hit.h = 1;
  const url = options.api || new URL('/api/event', tag.src);
  // A string goes out as text/plain, which needs no preflight; keepalive lets it outlive the page. Where fetch has no
  // keepalive, a beacon is the only request that does.
  const body = JSON.stringify(hit);
  if ('keepalive' in Request.prototype) {
    fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' }).catch(() => {});
  } else {
    navigator.sendBeacon(url, body);
  }
};

let referrer: string | null = doc.referrer || null;

/** From now on hits come from this page: as in a full navigation, the page before is where the visitor came from. */
export const setReferrer = (url: string): void => {
  referrer = url;
};

/** A page view, where `n` is undefined, or an event. */
export const send = (n?: string, p?: Props): void => post({ n, u: address(), r: referrer, w: innerWidth, p });
