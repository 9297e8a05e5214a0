import { doc, on, quietly } from './page.ts';
import { renewVitals, vitals } from './vitals.ts';
import { address, post, send, setReferrer, type Hit } from './wire.ts';

/** Views, and what is reported of the page left: the seconds on it, how far it was scrolled, its vitals. */

let url: string | undefined; // of the view that was counted last, as it was sent
let page: string | undefined; // the same without its query; none where what is shown was not counted yet
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
    // By the height that the page has now: while it was loading, everything fitted. The server rounds this and the time.
    s: Math.min(100, ((deepest + innerHeight) / doc.documentElement.scrollHeight) * 100),
    v: WHOLE ? vitals() : undefined,
  };
  if (told !== (told = JSON.stringify(hit)) || spent > 999) {
    hit.t = spent / 1000;
    spent = 0;
    post(hit);
  }
};

/** Whether calls of `antics()` can be sent. */
export const isCounting = (): boolean => !!url;

/**
 * Follows the page from here to its end. `afterView` is called after each view that is sent: the first one now, or
 * when the page is shown.
 */
export const watchViews = (afterView: () => void): void => {
  /** Looks at the page after whatever may have changed its address, or whether it is seen. */
  const look = quietly((event?: Event): void => {
    // A changed query alone is the same page: filters and tabs would otherwise inflate every count.
    const here = address().replace(/\?[^#]*/g, '');
    const isLeft = event && event.type === 'pagehide';
    // A hidden page (prerendered, opened in the background, navigating by itself there) waits until somebody sees it.
    // A prerendered one is visible a moment before it is told so; what it sends until then goes out as a prefetch.
    const isNext = !doc.hidden && !doc.prerendering && here !== page;

    // Monotonic, and stands still while the machine sleeps.
    if (isActive) spent += performance.now() - since;
    since = performance.now();
    isActive = !doc.hidden && doc.hasFocus();

    if (page && (doc.hidden || isLeft || isNext)) report();
    if (isNext) {
      if (url) setReferrer(url);
      url = address();
      spent = 0;
      told = '';
      // When a router navigates, the page is still scrolled as the one before it was.
      deepest = page ? 0 : scrollY;
      page = here;
      send();
      afterView();
      // Last, as some browsers can have it switched off, where it throws.
      if (WHOLE) renewVitals();
    }
    // The back/forward cache may bring the page back. It runs no script again then, yet it is seen again.
    if (isLeft) page = '';
  });

  (['pushState', 'replaceState'] as const).map((method) => {
    const navigate = history[method];
    history[method] = function (...args) {
      navigate.apply(this, args);
      look();
    };
  });
  on('hashchange pagehide prerenderingchange pageshow focus blur visibilitychange popstate', look);
  on('scroll', () => {
    deepest = Math.max(deepest, scrollY);
  });
  look();
};
