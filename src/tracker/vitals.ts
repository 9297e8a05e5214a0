/**
 * Core Web Vitals of a view, by the rules of Google's web-vitals library. On client-side navigation CLS and INP start
 * anew, and LCP is over: it belongs to the page that was loaded.
 */
import { doc } from './page.ts';

type Entry = PerformanceEntry &
  // LargestContentfulPaint, PerformanceEventTiming, LayoutShift: each has what tells it from the others.
  Partial<Record<'size' | 'interactionId' | 'value' | 'activationStart', number>> & { hadRecentInput?: boolean };

let lcp: number | undefined;
let isLcpFinal: boolean | undefined;

let cls: number | undefined; // stays undefined in browsers that do not measure it
let session = 0; // the sum of the shifts in the current window,
let opened: number | undefined; // which began with the shift at this time
let latest: number | undefined; // and goes on if the next one follows within a second

let interactions: Record<number, number>; // the longest event of each, in milliseconds
let counted: number; // how many interactions earlier views had
const clock = performance as Performance & { interactionCount: number }; // undefined in some; it compares to nothing

const look = ({ startTime, duration, size, interactionId, value, hadRecentInput }: Entry): void => {
  if (size && !isLcpFinal) {
    const [loading] = performance.getEntriesByType('navigation') as Entry[];
    lcp = Math.max(0, startTime - (loading!.activationStart || 0));
  }
  if (interactionId) interactions[interactionId] = Math.max(interactions[interactionId] || 0, duration);
  if (value && !hadRecentInput) {
    // Compared like this, an undefined time opens a window too.
    if (!(startTime - latest! < 1000 && startTime - opened! < 5000)) {
      opened = startTime;
      session = 0;
    }
    latest = startTime;
    cls = Math.max(cls!, (session += value));
  }
};

let observer: PerformanceObserver;

export const watchVitals = (): void => {
  // What a tab in the background painted, and when, says nothing of how long somebody waited for it.
  isLcpFinal = doc.hidden && !doc.prerendering;
  observer = new PerformanceObserver((list) => (list.getEntries() as Entry[]).forEach(look));
  PerformanceObserver.supportedEntryTypes.forEach((type) => {
    // largest-contentful-paint, layout-shift, event, first-input
    if (/^(la|ev|first-i)/.test(type)) {
      observer.observe({ type, buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
    }
  });
};

/** Of the view so far. Asked when the page is left or hidden, after which nothing is its largest paint any more. */
export const vitals = () => {
  (observer.takeRecords() as Entry[]).forEach(look);
  isLcpFinal = true;
  const longest = Object.values(interactions).sort((a, b) => b - a);
  // The 98th percentile: one of 50 is left out, and nobody looks further than to the tenth. Interactions of less than
  // 40 ms are not told of one by one.
  const count = clock.interactionCount - counted;
  const inp = longest[Math.min(9, longest.length - 1, (count / 50) | 0)] || (count > 0 ? 8 : undefined);
  return { lcp, inp, cls };
};

/** Another view begins. */
export const renewVitals = (): void => {
  lcp = opened = latest = undefined;
  cls = (window as { LayoutShift?: 0 }).LayoutShift && 0;
  interactions = {};
  counted = clock.interactionCount;
};
