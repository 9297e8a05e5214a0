/**
 * The tracker: `<script defer src="https://antics.example.com/antics.js"></script>` on any page of a registered site.
 *
 * It posts one page view when the page is shown and one per client-side navigation, and gives the page
 * `antics('Signup', { props: { plan: 'pro' } })` for events of its own. It keeps nothing in the browser: no cookie,
 * no storage, no identifier. Whatever happens in here, the page must not notice, so nothing is ever thrown.
 *
 * Attributes of the script tag:
 * - `data-api="https://…/api/event"`: where to post, instead of `/api/event` at the script's own origin.
 * - `data-local`: count on localhost and in files too, which are otherwise left alone.
 *
 * Compiled as a classic ES2017 script (no imports, no exports); a spec holds its size down.
 */
(() => {
  type Props = Record<string, string | number | boolean | null>;
  type Track = (name: string, options?: { props?: Props }) => void;

  const page = window as Window & { antics?: unknown };
  const doc = document as Document & { prerendering?: boolean };

  // Included twice, it would count everything twice. (An element with id="antics" is a property of window too.)
  if (typeof page.antics === 'function') return;

  const quietly =
    <A extends unknown[]>(work: (...args: A) => void) =>
    (...args: A): void => {
      try {
        work(...args);
      } catch {
        // A lost hit is ours to bear; an error in someone else's page is not.
      }
    };

  // currentScript is null in a module, so the tag is looked up by its address.
  const script = (doc.currentScript || doc.querySelector('script[src*="/antics.js"]')) as HTMLScriptElement | null;

  const isCounted =
    script !== null &&
    (script.hasAttribute('data-local') ||
      (/^http/.test(location.protocol) && !/^(.*\.)?localhost\.?$|^127(\.\d+){3}$|^\[::1\]$/.test(location.hostname)));

  const endpoint = (): string => script!.getAttribute('data-api') || new URL('/api/event', script!.src).href;

  /** The fragment never leaves the page: it is not counted, and some applications keep tokens in it. */
  const address = (): string => location.href.replace(/#.*/, '');

  let path: string | undefined; // of the view that was counted last
  let url: string | undefined;
  let referrer: string | null = doc.referrer || null;

  const post = (name: string | null, props?: Props): void => {
    const body = JSON.stringify({ n: name, u: address(), r: referrer, w: innerWidth, p: props });
    // A string body goes out as text/plain, which needs no preflight; keepalive lets it outlive the page.
    // Where fetch has no keepalive, a beacon is the only request that does.
    if ('keepalive' in Request.prototype || !navigator.sendBeacon) {
      fetch(endpoint(), { method: 'POST', body, keepalive: true, credentials: 'omit' }).catch(() => {
        // Never sent again: a request that failed here may well have been counted there.
      });
    } else {
      navigator.sendBeacon(endpoint(), body);
    }
  };

  /** A prerendered page may never be looked at. What it has to say waits until it is. */
  const onceShown = (work: () => unknown): void => {
    const quiet = quietly(work);
    if (doc.prerendering) doc.addEventListener('prerenderingchange', quiet, { once: true });
    else quiet();
  };

  const view = (): void => {
    if (url) referrer = url; // as in a full navigation: the page before this one
    url = address();
    path = location.pathname;
    post(null);
  };

  /** A changed query or fragment alone is the same page: filters and tabs would otherwise inflate every count. */
  const navigated = (): void => onceShown(() => location.pathname !== path && view());

  const track: Track = (name, options) => {
    if (isCounted && name) onceShown(() => post(String(name), options?.props));
  };
  page.antics = quietly(track);

  if (!isCounted) return;
  quietly(() => {
    onceShown(view);
    const push = history.pushState;
    history.pushState = function (...args) {
      push.apply(this, args);
      navigated();
    };
    addEventListener('popstate', navigated);
    // A page that comes back from the back/forward cache runs no script again, yet it is seen again.
    addEventListener('pageshow', (event) => event.persisted && onceShown(view));
  })();
})();
