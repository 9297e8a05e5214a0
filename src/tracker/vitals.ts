/**
 * Core Web Vitals of a view, by the rules of Google's web-vitals library. On client-side navigation CLS and INP start
 * anew, and LCP is over: it belongs to the page that was loaded.
 */
import { doc } from './page.ts';

declare global {
  interface Performance {
    /** Undefined in some browsers. */
    readonly interactionCount: number;
  }
}

type Entry = PerformanceEntry &
  // LargestContentfulPaint, PerformanceEventTiming, LayoutShift: each has what tells it from the others.
  Partial<Record<'size' | 'interactionId' | 'value' | 'activationStart', number>> & { hadRecentInput?: boolean };

let measured: { lcp?: number; inp?: number | undefined; cls: number };
// What a tab in the background paints, and when, says nothing of how long somebody waited for it.
let isLcpFinal = doc.hidden && !doc.prerendering;
let session = 0; // the sum of the layout shifts in the current window,
let opened: number; // which began with the one at this time
let latest: number | undefined; // and goes on if the next one follows within a second
let interactions: Record<number, number>; // the longest event of each, in milliseconds
let counted: number; // how many interactions earlier views had

const look = ({ startTime, duration, size, interactionId, value, hadRecentInput }: Entry): void => {
  if (size && !isLcpFinal) {
    measured.lcp = Math.max(0, startTime - ((performance.getEntriesByType('navigation')[0] as Entry).activationStart || 0));
  }
  if (interactionId) interactions[interactionId] = Math.max(interactions[interactionId] || 0, duration);
  if (value && !hadRecentInput) {
    // Compared like this, an undefined time opens a window too.
    if (!(startTime - latest! < 1000 && startTime - opened < 5000)) {
      opened = startTime;
      session = 0;
    }
    latest = startTime;
    measured.cls = Math.max(measured.cls, (session += value));
  }
};

let observer: PerformanceObserver | undefined;

/** A view begins. With the first, what happened before counts; with those after it, all that follows. */
export const renewVitals = (): void => {
  // Undefined in browsers that do not measure it, else 0.
  measured = { cls: (window as unknown as { LayoutShift: 0 }).LayoutShift && 0 };
  interactions = {};
  counted = performance.interactionCount;
  latest = undefined;
  if (!observer) {
    observer = new PerformanceObserver((list) => (list.getEntries() as Entry[]).map(look));
    PerformanceObserver.supportedEntryTypes.map((type) => {
      // largest-contentful-paint, layout-shift, event, first-input
      const options: PerformanceObserverInit & { durationThreshold: number } = { type, buffered: true, durationThreshold: 40 };
      return /^(la|ev|first-i)/.test(type) && observer!.observe(options);
    });
  }
};

/** Of the view so far. Asked when the page is left or hidden, after which nothing is its largest paint any more. */
export const vitals = () => {
  if (observer) (observer.takeRecords() as Entry[]).map(look);
  isLcpFinal = true;
  // The 98th percentile: one of 50 is left out, and nobody looks further than to the tenth. Interactions of less than
  // 40 ms are not told of one by one.
  measured.inp =
    Object.values(interactions)
      .sort((a, b) => b - a)
      .slice(0, Math.min(10, 1 + (performance.interactionCount - counted || 0) / 50))
      .pop() || (performance.interactionCount > counted ? 8 : undefined);
  return measured;
};
