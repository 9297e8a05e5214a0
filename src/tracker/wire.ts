import { doc, options, tag } from './page.ts';

/** An object, or the JSON of one. */
export type Props = Record<string, unknown> | string;

/** The fields are those of `POST /api/event`; what is undefined is not sent. */
export interface Hit {
  n?: string | undefined;
  u: string | undefined;
  r?: string;
  w?: number;
  p?: Props | undefined;
  t?: number;
  s?: number;
  v?: object | undefined;
  h?: 1;
}

const isHashRouted = 'hash' in options;

/** But for hash routing the fragment never leaves the page: it is not counted, and some applications keep tokens in it. */
export const address = (): string => location.href.replace(isHashRouted ? '' : /#.*/, '');

/** Sent once and never again: a request that failed here may well have been counted there. */
export const post = (hit: Hit): void => {
  // Who sets this in the browser's console is not counted there. It is asked for each time, so that it holds at once.
  try {
    if ((localStorage.antics_ignore || 'false') !== 'false') return;
  } catch {
    // Sandboxed frames, and browsers that keep nothing, throw.
  }
  if (isHashRouted) hit.h = 1;
  // A string goes out as text/plain, which needs no preflight; keepalive lets it outlive the page.
  fetch(options.api || new URL('/api/event', tag.src), {
    method: 'POST',
    body: JSON.stringify(hit),
    keepalive: true,
    credentials: 'omit',
  }).catch(() => {});
};

let { referrer } = doc; // empty where there is none

/** From now on hits come from this page: as in a full navigation, the page before is where the visitor came from. */
export const setReferrer = (url: string): void => {
  referrer = url;
};

/** A page view, where `n` is undefined, or an event. */
export const send = (n?: string, p?: Props): void => post({ n, u: address(), r: referrer, w: innerWidth, p });
