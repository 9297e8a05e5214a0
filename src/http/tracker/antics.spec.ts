import { createContext, runInContext } from 'node:vm';
import { readTracker } from './tracker.assets.ts';

interface Page {
  tag?: Record<string, string>;
  referrer?: string;
  prerendering?: boolean;
  keepalive?: boolean;
  fetch?: (url: string, options: { body: string }) => Promise<unknown>;
}

let code: string;
beforeAll(async () => {
  code = (await readTracker('antics.js')).identity.body.toString();
});

/** As much of a browser as the script asks for, with the script's tag on the page. */
function open(address: string, page: Page = {}) {
  const tag: Record<string, string> = { src: 'https://stats.example.net/antics.js', ...page.tag };
  const listeners = new Map<string, ((event: object) => void)[]>();
  const sent: { url: string; by: 'fetch' | 'beacon'; [field: string]: unknown }[] = [];
  const listen = (type: string, listener: (event: object) => void) =>
    listeners.set(type, [...(listeners.get(type) ?? []), listener]);
  const location: Record<string, string> = {};
  const go = (to: string) => {
    const { href, protocol, hostname, pathname } = new URL(to, location.href ?? address);
    Object.assign(location, { href, protocol, hostname, pathname });
  };
  go(address);
  const document = {
    currentScript: {
      src: tag.src,
      getAttribute: (name: string) => tag[name] ?? null,
      hasAttribute: (name: string) => name in tag,
    },
    referrer: page.referrer ?? '',
    prerendering: page.prerendering ?? false,
    addEventListener: listen,
  };
  const record = (by: 'fetch' | 'beacon', url: string, body: string) => sent.push({ url, by, ...JSON.parse(body) });
  const window: Record<string, unknown> = {
    document,
    location,
    URL,
    history: { pushState: (_state: unknown, _title: string, to: string) => go(to) },
    addEventListener: listen,
    innerWidth: 1280,
    Request: class {
      static {
        if (page.keepalive !== false) Object.defineProperty(this.prototype, 'keepalive', { value: false });
      }
    },
    navigator: { sendBeacon: (url: string, body: string) => record('beacon', url, body) > 0 },
    fetch: page.fetch ?? (async (url: string, options: { body: string }) => record('fetch', url, options.body)),
  };
  window.window = window;
  createContext(window);
  const emit = (type: string, event = {}) => listeners.get(type)?.forEach((listener) => listener(event));
  const include = () => runInContext(code, window) as unknown;
  include();
  return {
    sent,
    include,
    emit,
    window,
    antics: window.antics as (...args: unknown[]) => void,
    pushState: (to: string) => (window.history as { pushState: (...args: unknown[]) => void }).pushState({}, '', to),
    back: (to: string) => {
      go(to);
      emit('popstate');
    },
    show: () => {
      document.prerendering = false;
      emit('prerenderingchange');
    },
  };
}

describe('a page view', () => {
  it('goes to the origin that the script came from, with address, referrer and width', () => {
    const { sent } = open('https://example.com/pricing?utm_source=x#part', { referrer: 'https://google.com/' });
    expect(sent).toEqual([
      {
        url: 'https://stats.example.net/api/event',
        by: 'fetch',
        n: null,
        u: 'https://example.com/pricing?utm_source=x',
        r: 'https://google.com/',
        w: 1280,
      },
    ]);
  });

  it('has a null referrer where there is none', () => {
    expect(open('https://example.com/').sent[0]).toMatchObject({ r: null });
  });

  it('goes where data-api says', () => {
    const { sent } = open('https://example.com/', { tag: { 'data-api': 'https://example.com/hit' } });
    expect(sent[0]?.url).toBe('https://example.com/hit');
  });

  it('goes by beacon where fetch does not outlive the page', () => {
    expect(open('https://example.com/', { keepalive: false }).sent).toMatchObject([{ by: 'beacon', n: null }]);
  });

  it('is sent once when the script is included twice', () => {
    const page = open('https://example.com/');
    page.include();
    page.pushState('/next');
    expect(page.sent.map(({ u }) => u)).toEqual(['https://example.com/', 'https://example.com/next']);
  });

  it('is sent again when the page returns from the back/forward cache, not when it is merely shown', () => {
    const page = open('https://example.com/');
    page.emit('pageshow', { persisted: false });
    expect(page.sent).toHaveLength(1);
    page.emit('pageshow', { persisted: true });
    expect(page.sent).toHaveLength(2);
  });
});

describe('client-side navigation', () => {
  it('sends a view per page, each with the page before it as its referrer', () => {
    const page = open('https://example.com/', { referrer: 'https://google.com/' });
    page.pushState('/a');
    page.back('https://example.com/');
    expect(page.sent.map(({ u, r }) => [u, r])).toEqual([
      ['https://example.com/', 'https://google.com/'],
      ['https://example.com/a', 'https://example.com/'],
      ['https://example.com/', 'https://example.com/a'],
    ]);
  });

  it('is none when only the query or the fragment changes', () => {
    const page = open('https://example.com/list');
    page.pushState('/list?sort=price');
    page.back('https://example.com/list#top');
    expect(page.sent).toHaveLength(1);
  });
});

describe('a prerendered page', () => {
  it('says nothing before it is shown, then everything', () => {
    const page = open('https://example.com/', { prerendering: true });
    page.antics('Ready');
    expect(page.sent).toEqual([]);
    page.show();
    expect(page.sent.map(({ n }) => n)).toEqual([null, 'Ready']);
  });
});

describe('a page that nobody else sees', () => {
  const local = [
    'http://localhost:3000/',
    'http://app.localhost/',
    'http://127.0.0.1/',
    'http://[::1]/',
    'file:///a.html',
  ];

  it.each(local)('%s is not counted, and its events neither', (address) => {
    const page = open(address);
    page.antics('Signup');
    page.pushState('/next');
    expect(page.sent).toEqual([]);
  });

  it.each(local)('%s is counted with data-local', (address) => {
    expect(open(address, { tag: { 'data-local': '' } }).sent).toMatchObject([{ n: null, u: address }]);
  });

  it('is not confused with a public one of a similar name', () => {
    expect(open('https://notlocalhost.com/').sent).toHaveLength(1);
    expect(open('https://127.example.com/').sent).toHaveLength(1);
  });
});

describe('window.antics', () => {
  it('sends an event with its properties and the referrer of the current view', () => {
    const page = open('https://example.com/', { referrer: 'https://google.com/' });
    page.pushState('/signup');
    page.antics('Signup', { props: { plan: 'pro', seats: 3 } });
    expect(page.sent.at(-1)).toEqual({
      url: 'https://stats.example.net/api/event',
      by: 'fetch',
      n: 'Signup',
      u: 'https://example.com/signup',
      r: 'https://example.com/',
      w: 1280,
      p: { plan: 'pro', seats: 3 },
    });
  });

  it('sends nothing without a name', () => {
    const page = open('https://example.com/');
    page.antics();
    page.antics('');
    expect(page.sent).toHaveLength(1);
  });

  it('never throws, whatever it is given and whatever fails', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const page = open('https://example.com/');
    expect(() => page.antics('Odd', { props: circular })).not.toThrow();
    expect(() => page.antics('Odd', null)).not.toThrow();
    expect(() => page.antics('Odd', { props: { big: 1n } })).not.toThrow();

    const broken = open('https://example.com/', {
      fetch: () => {
        throw new Error('blocked');
      },
    });
    expect(() => broken.pushState('/next')).not.toThrow();
    expect((broken.window.location as { pathname: string }).pathname).toBe('/next');

    // An unhandled rejection would fail this spec's process.
    const offline = open('https://example.com/', { fetch: () => Promise.reject(new TypeError('offline')) });
    offline.antics('Signup');
    await new Promise((resolve) => setImmediate(resolve));
  });
});
