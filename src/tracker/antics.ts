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

type Call = [name: string, props?: Props | undefined];
interface Antics {
  (...call: Call): void;
  /** Calls from before the script was there, by the page's own snippet. */
  q?: Call[];
  /** Tells the script's function from that of the snippet. */
  l?: true;
}

declare global {
  interface Window {
    antics?: Antics;
  }
}

const early: Partial<Antics> = window.antics || {};

// Included twice, it would count everything twice. (An element with id="antics" is a property of window too.)
if (!early.l) {
  const waiting = early.q || [];
  const track: Antics = quietly((name, props) => {
    // A page that is not counted yet may never be seen. What it has to say waits until it is.
    if (!isCounting()) waiting.push([name, props]);
    else if (name) send(`${name}`, props);
  });
  track.l = true;
  window.antics = track;

  if ('local' in options || !/^$|localhost$|^127[\d.]+$|^\[::1/.test(location.hostname)) {
    watchViews(() => waiting.splice(0).map((call) => track(...call)));
    watchClicks(track);
    if (WHOLE && '404' in options) track('404', { path: location.pathname });
  }
}
