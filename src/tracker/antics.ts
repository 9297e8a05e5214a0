/**
 * The tracker: `<script defer src="https://antics.example.com/antics.js"></script>` on any page of a registered site.
 *
 * It reports views and what became of them, and gives the page `antics('Signup', { plan: 'pro' })` for events of its
 * own. It keeps nothing in the browser: no cookie, no storage, no identifier. docs/tracker.md says what the attributes
 * of the tag do and what is sent.
 *
 * Bundled from this file into two classic scripts (no imports, no exports); a spec holds their sizes down.
 */
import { watchClicks } from './clicks.ts';
import { options, quietly } from './page.ts';
import { isCounting, watchViews } from './view.ts';
import { send, type Props } from './wire.ts';

interface Antics {
  (name?: string, props?: Props): void;
  /** Calls from before the script was there, by the page's own snippet. */
  q?: Parameters<Antics>[];
  /** Tells the script's function from that of the snippet. */
  l?: true;
}

const page = window as Window & { antics?: Antics };
const early: Partial<Antics> = page.antics || {};

// Included twice, it would count everything twice. (An element with id="antics" is a property of window too.)
if (!early.l) {
  const waiting = early.q || [];
  // A page that is not counted yet may never be seen. What it has to say waits until it is.
  const flush = () => {
    if (isCounting()) waiting.splice(0).forEach(([name, props]) => name && sendEvent(`${name}`, props));
  };
  const sendEvent = quietly(send);
  const track: Antics = (...call) => {
    waiting.push(call);
    flush();
  };
  track.l = true;
  page.antics = track;

  if ('local' in options || !/^(|(.*\.)?localhost\.?|127[\d.]+|\[::1])$/.test(location.hostname)) {
    watchViews(flush);
    if (WHOLE) watchClicks(track);
  }
}
