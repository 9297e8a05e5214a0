import { doc, on, quietly } from './page.ts';
import { renewVitals, vitals, watchVitals } from './vitals.ts';
import { address, post, send, setReferrer, type Hit } from './wire.ts';

/** Views, and what is reported of the page left: the seconds on it, how far it was scrolled, its vitals. */

let url: string | undefined; // of the view that was counted last, as it was sent
let isNew = true; // loaded, or left and back from the back/forward cache, and not counted yet
let isActive = false; // visible and focused, when last looked at
let since = 0; // when that was
let spent = 0; // milliseconds visible and focused that no report has told of
let deepest = 0; // how far down the view was scrolled, in pixels
let told: string; // the last report, without its time

/** Sent when the page is left or hidden, which may be the last that it can do; only if it has something new to say. */
const report = (): void => {
  const hit: Hit = {
    n: 'engagement',
    u: url,
    // By the height that the page has now: while it was loading, everything fitted.
    s: Math.min(100, Math.round(((deepest + innerHeight) / doc.documentElement.scrollHeight) * 100)),
    v: WHOLE ? vitals() : undefined,
  };
  const news = JSON.stringify(hit);
  if (news !== told || spent > 999) {
    told = news;
    hit.t = (spent | 0) / 1000;
    spent = 0;
    post(hit);
  }
};

/** A changed query alone is the same page: filters and tabs would otherwise inflate every count. */
const pageOf = (address: string): string => address.replace(/\?[^#]*/g, '');

/** Whether calls of `antics()` can be sent. */
export const isCounting = (): boolean => !!url;

/**
 * Follows the page from here to its end. `afterView` is called after each view that is sent: the first one now, or
 * when the page is shown.
 */
export const watchViews = (afterView: () => void): void => {
  /** Looks at the page after whatever may have changed its address, or whether it is seen. */
  const look = (event?: Event): void => {
    const here = address();
    const isLeft = event && event.type === 'pagehide';
    // A hidden page (prerendered, opened in the background, navigating by itself there) waits until somebody sees it.
    const isNext = !doc.hidden && (isNew || pageOf(here) !== pageOf(url!));

    const now = performance.now(); // monotonic, and stands still while the machine sleeps
    if (isActive) spent += now - since;
    since = now;
    isActive = !doc.hidden && doc.hasFocus();

    if (!isNew && (doc.hidden || isLeft || isNext)) report();
    if (isNext) {
      if (url) setReferrer(url);
      url = here;
      spent = 0;
      told = '';
      // When a router navigates, the page is still scrolled as the one before it was.
      deepest = isNew ? scrollY : 0;
      isNew = false;
      if (WHOLE) renewVitals();
      send();
      afterView();
    }
    // The back/forward cache may bring the page back. It runs no script again then, yet it is seen again.
    if (isLeft) isNew = true;
  };

  if (WHOLE) watchVitals();
  (['pushState', 'replaceState'] as const).forEach((method) => {
    const navigate = history[method];
    history[method] = function (...args) {
      navigate.apply(this, args);
      quietly(look)();
    };
  });
  on('visibilitychange prerenderingchange pagehide pageshow popstate hashchange focus blur', look);
  on('scroll', () => {
    deepest = Math.max(deepest, scrollY);
  });
  look();
};
