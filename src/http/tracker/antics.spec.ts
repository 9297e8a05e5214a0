import { createContext, runInContext } from 'node:vm';
import { readTracker, TRACKER_NAMES, type TrackerName } from './tracker.assets.ts';

interface Page {
  /** Attributes of the script's tag. */
  tag?: Record<string, string>;
  /** Without: in a module, where `currentScript` is null. */
  module?: true;
  referrer?: string;
  hidden?: true;
  prerendering?: true;
  unfocused?: true;
  /** Of the document, in pixels; the window has 600. */
  height?: number;
  /** What the page's own snippet left behind. */
  queue?: unknown[][];
  storage?: Record<string, string> | 'forbidden';
  /** `PerformanceObserver.supportedEntryTypes`. None: an old or a careful browser, without the class. */
  entryTypes?: string[];
  activationStart?: number;
  fetch?: (url: string, options: { body: string }) => Promise<unknown>;
}

interface Sent {
  url: string;
  options: Record<string, unknown>;
  body: string;
  hit: { n?: string; u: string; r?: string; w?: number; p?: unknown; t?: number; s?: number; v?: object; h?: number };
}

type Listener = (event: object) => void;

/** An element as far as the script looks at one: `closest` finds it, or what it is said to be in. */
function element(tagName: string, attributes: Record<string, string> = {}, parent?: object) {
  const named = (name: string) => name.replace(/^data-/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const data = Object.entries(attributes).filter(([name]) => name.startsWith('data-'));
  const self = {
    tagName,
    id: attributes['id'] ?? '',
    dataset: Object.fromEntries(data.map(([name, value]) => [named(name), value])),
    ...(tagName === 'FORM' ? { submit: () => undefined } : {}),
    closest: (selector: string): object | null => {
      const isIt = selector === 'a' ? tagName === 'A' : selector === '[data-antics-event]' && 'data-antics-event' in attributes;
      return isIt ? self : ((parent as typeof self | undefined)?.closest(selector) ?? null);
    },
  };
  if (attributes['href'] === undefined) return self;
  const { href, host, pathname } = new URL(attributes['href'], 'https://example.com/');
  return Object.assign(self, { href, host, pathname });
}

/** As much of a browser as the script asks for, with the script's tag on the page. Time passes when a test says so. */
function openWith(name: TrackerName, address: string, page: Page = {}) {
  const listeners = new Map<string, Listener[]>();
  const sent: Sent[] = [];
  const location: Record<string, string> = {};
  const go = (to: string) => {
    const { href, protocol, host, hostname, pathname } = new URL(to, location['href'] ?? address);
    Object.assign(location, { href, protocol, host, hostname, pathname });
  };
  go(address);
  const state = { now: 100, focused: !page.unfocused, interactionCount: 0 };
  const { src = 'https://stats.example.net/antics.js', ...data } = page.tag ?? {};
  const tag = { src, dataset: data };
  const document = {
    currentScript: page.module ? null : tag,
    querySelector: (selector: string) => (page.module && selector === '[data-api],[src*=antics]' ? tag : null),
    referrer: page.referrer ?? '',
    hidden: page.hidden ?? page.prerendering ?? false,
    prerendering: page.prerendering ?? false,
    hasFocus: () => state.focused,
    documentElement: { scrollHeight: page.height ?? 600 },
  };
  const observers: { look: (list: object) => void; waiting: object[]; types: object[] }[] = [];
  class PerformanceObserver {
    static supportedEntryTypes = page.entryTypes;
    private readonly own = { look: (_: object) => undefined as void, waiting: [] as object[], types: [] as object[] };
    constructor(look: (list: object) => void) {
      this.own.look = look;
      observers.push(this.own);
    }
    observe(options: object) {
      this.own.types.push(options);
    }
    takeRecords() {
      return this.own.waiting.splice(0);
    }
  }
  const window: Record<string, unknown> = {
    document,
    location,
    URL,
    history: {
      pushState: (_state: unknown, _title: string, to: string) => go(to),
      replaceState: (_state: unknown, _title: string, to: string) => go(to),
    },
    addEventListener: (type: string, listener: Listener) =>
      listeners.set(type, [...(listeners.get(type) ?? []), listener]),
    innerWidth: 1280,
    innerHeight: 600,
    scrollY: 0,
    performance: {
      now: () => state.now,
      get interactionCount() {
        return state.interactionCount;
      },
      getEntriesByType: () => [{ activationStart: page.activationStart ?? 0 }],
    },
    ...(page.entryTypes && { PerformanceObserver }),
    ...(page.entryTypes?.includes('layout-shift') && { LayoutShift: class {} }),
    fetch:
      page.fetch ??
      (async (url: unknown, { body, ...options }: { body: string }) => {
        sent.push({ url: String(url), options, body, hit: JSON.parse(body) });
      }),
  };
  Object.defineProperty(window, 'localStorage', {
    get: () => {
      if (page.storage === 'forbidden') throw new Error('SecurityError');
      return Object.freeze({ ...page.storage });
    },
  });
  if (page.queue) window['antics'] = Object.assign(() => undefined, { q: page.queue });
  window['window'] = window;
  createContext(window);
  const emit = (type: string, event = {}) => listeners.get(type)?.forEach((listener) => listener({ type, ...event }));
  const include = () => runInContext(code[name]!, window) as unknown;
  include();
  const history = window['history'] as Record<'pushState' | 'replaceState', (...args: unknown[]) => void>;
  return {
    window,
    sent,
    /** Names and pages of what was sent, as a person would tell it. */
    get told() {
      const root = new URL(address).origin;
      return sent.map(({ hit: { n = 'view', u } }) => `${n} ${u.replace(root, '')}`);
    },
    get last() {
      return sent.at(-1)?.hit;
    },
    observers,
    include,
    emit,
    antics: (...args: unknown[]) => (window['antics'] as (...args: unknown[]) => void)(...args),
    pushState: (to: string) => history.pushState({}, '', to),
    replaceState: (to: string) => history.replaceState({}, '', to),
    back: (to: string) => {
      go(to);
      emit('popstate');
    },
    pass: (ms: number) => {
      state.now += ms;
    },
    scroll: (to: number) => {
      window['scrollY'] = to;
      emit('scroll');
    },
    grow: (height: number) => {
      document.documentElement.scrollHeight = height;
    },
    hide: () => {
      document.hidden = true;
      emit('visibilitychange');
    },
    show: () => {
      const was = document.prerendering;
      document.hidden = document.prerendering = false;
      if (was) emit('prerenderingchange');
      emit('visibilitychange');
    },
    blur: () => {
      state.focused = false;
      emit('blur');
    },
    focus: () => {
      state.focused = true;
      emit('focus');
    },
    interact: (count: number) => {
      state.interactionCount += count;
    },
    /** Performance entries that the browser tells of now, or, when `isWaiting`, would at the next occasion. */
    perform: (entries: object[], isWaiting = false) => {
      for (const { look, waiting } of observers) {
        if (isWaiting) waiting.push(...entries);
        else look({ getEntries: () => entries });
      }
    },
    click: (target: object, event = {}) => emit('click', { button: 0, target, ...event }),
    submit: (target: object, submitter: object | null = null) => emit('submit', { target, submitter }),
  };
}

const code: Partial<Record<TrackerName, string>> = {};
beforeAll(async () => {
  for (const name of TRACKER_NAMES) code[name] = (await readTracker(name)).identity.body.toString();
});
const open = (address: string, page: Page = {}) =>
  openWith('antics.js', address, { entryTypes: ['event', 'first-input', 'largest-contentful-paint', 'layout-shift'], ...page });
const HOME = 'https://example.com/';

describe.each(TRACKER_NAMES)('%s', (name) => {
  const open = (address: string, page: Page = {}) => openWith(name, address, { entryTypes: ['event'], ...page });

  describe('a page view', () => {
    it('goes to the origin that the script came from, with address, referrer and width, in no need of a preflight', () => {
      const { sent } = open('https://example.com/pricing?utm_source=x#part', { referrer: 'https://google.com/' });
      expect(sent.map(({ url, body, options }) => [url, body, options])).toEqual([
        [
          'https://stats.example.net/api/event',
          '{"u":"https://example.com/pricing?utm_source=x","r":"https://google.com/","w":1280}',
          { method: 'POST', keepalive: true, credentials: 'omit' },
        ],
      ]);
    });

    it('goes where data-api says', () => {
      const { sent } = open(HOME, { tag: { api: 'https://example.com/hit' } });
      expect(sent[0]?.url).toBe('https://example.com/hit');
    });

    it('is sent by a renamed file, and by a module too', () => {
      expect(open(HOME, { tag: { src: 'https://example.com/s.js' } }).sent[0]?.url).toBe('https://example.com/api/event');
      expect(open(HOME, { module: true }).sent[0]?.url).toBe('https://stats.example.net/api/event');
      const both = open(HOME, { module: true, tag: { src: 'https://example.com/s.js', api: '/hit' } });
      expect(both.sent[0]?.url).toBe('/hit');
    });

    it('is sent once when the script is included twice', () => {
      const page = open(HOME);
      page.include();
      page.pushState('/next');
      page.hide();
      expect(page.told).toEqual(['view /', 'engagement /', 'view /next', 'engagement /next']);
    });

    it('is sent again when the page returns from the back/forward cache, not when it is merely shown', () => {
      const page = open(HOME);
      page.emit('pageshow', { persisted: false });
      expect(page.told).toEqual(['view /']);
      page.emit('pagehide', { persisted: true });
      page.hide();
      page.pass(60_000);
      page.show();
      page.emit('pageshow', { persisted: true });
      expect(page.told).toEqual(['view /', 'engagement /', 'view /']);
      page.pass(2000);
      page.hide();
      expect(page.last).toMatchObject({ n: 'engagement', t: 2 });
    });
  });

  describe('client-side navigation', () => {
    it('sends a view per page, each with the page before it as its referrer, after what became of that', () => {
      const page = open(HOME, { referrer: 'https://google.com/' });
      page.pushState('/a');
      page.back(HOME);
      page.replaceState('/b');
      expect(page.told).toEqual([
        'view /', 'engagement /', 'view /a', 'engagement /a', 'view /', 'engagement /', 'view /b',
      ]); // prettier-ignore
      const views = page.sent.filter(({ hit }) => hit.n === undefined);
      expect(views.map(({ hit }) => hit.r)).toEqual(['https://google.com/', HOME, `${HOME}a`, HOME]);
    });

    it('is none when only the query or the fragment changes', () => {
      const page = open('https://example.com/list');
      page.pushState('/list?sort=price');
      page.replaceState('/list');
      page.back('https://example.com/list#top');
      page.emit('hashchange');
      expect(page.told).toEqual(['view /list']);
    });

    it('hands on what the page gave to pushState, and what that throws', () => {
      const page = open(HOME);
      expect(() => page.pushState('http://[')).toThrow();
      expect(page.told).toEqual(['view /']);
    });

    it('in a hidden page is a view once it is shown', () => {
      const page = open(HOME);
      page.hide();
      page.pushState('/signed-out');
      expect(page.told).toEqual(['view /', 'engagement /']);
      page.show();
      expect(page.told).toEqual(['view /', 'engagement /', 'view /signed-out']);
    });
  });

  describe('hash routing', () => {
    it('makes the fragment a page, without what it has for a query, and says so in every hit', () => {
      const page = open(`${HOME}#/a`, { tag: { hash: '' } });
      page.back(`${HOME}#/b`);
      page.emit('hashchange');
      page.back(`${HOME}#/b?tab=2`);
      page.antics('Signup');
      expect(page.told).toEqual(['view /#/a', 'engagement /#/a', 'view /#/b', 'Signup /#/b?tab=2']);
      expect(page.sent.every(({ hit }) => hit.h === 1)).toBe(true);
    });

    it('is off without data-hash: the fragment never leaves the page', () => {
      const page = open(`${HOME}#token=secret`);
      page.antics('Signup');
      page.hide();
      expect(page.told).toEqual(['view /', 'Signup /', 'engagement /']);
      expect(page.sent.every(({ body }) => !body.includes('secret') && !body.includes('"h"'))).toBe(true);
    });
  });

  describe('a page that is not shown yet', () => {
    it.each([{ prerendering: true }, { hidden: true }] as const)('%j: says nothing before, then everything', (how) => {
      const page = open(HOME, how);
      page.antics('Ready', { plan: 'pro' });
      page.pass(9000);
      page.emit('pagehide');
      expect(page.told).toEqual([]);
      page.show();
      expect(page.told).toEqual(['view /', 'Ready /']);
      expect(page.last?.p).toEqual({ plan: 'pro' });
      page.pass(1500);
      page.hide();
      expect(page.last?.t).toBe(1.5);
    });
  });

  describe('a report on the page left', () => {
    it('has the seconds in which it was visible and focused, and the deepest scroll', () => {
      const page = open(`${HOME}a`, { height: 2400 });
      page.pass(3000);
      page.blur();
      page.pass(10_000);
      page.focus();
      page.scroll(600);
      page.scroll(0);
      page.pass(2000);
      page.hide();
      expect(page.last).toMatchObject({ n: 'engagement', u: `${HOME}a`, t: 5, s: 50 });
    });

    it('goes by the height that the page has at its end, and is never beyond 100', () => {
      const page = open(HOME);
      page.grow(6000);
      page.hide();
      expect(page.last?.s).toBe(10);
      const fits = open(HOME, { height: 300 });
      fits.hide();
      expect(fits.last?.s).toBe(100);
    });

    it('is sent at whichever comes first of pagehide and hidden, and only with something new', () => {
      const page = open(HOME, { height: 1200 });
      page.pass(4000);
      page.emit('pagehide', { persisted: false });
      page.hide();
      expect(page.told).toEqual(['view /', 'engagement /']);

      const tab = open(HOME, { height: 1200 });
      tab.hide();
      tab.show();
      tab.pass(400);
      tab.hide();
      expect(tab.told).toEqual(['view /', 'engagement /']);
      tab.show();
      tab.scroll(300);
      tab.hide();
      expect(tab.last).toMatchObject({ s: 75, t: 0.4 });
      tab.show();
      tab.pass(1000);
      tab.hide();
      expect(tab.last).toMatchObject({ s: 75, t: 1 });
      expect(tab.sent).toHaveLength(4);
    });

    it('begins anew with every view', () => {
      const page = open(HOME, { height: 1200 });
      page.scroll(600);
      page.pass(5000);
      page.pushState('/next');
      expect(page.sent[1]?.hit).toMatchObject({ u: HOME, t: 5, s: 100 });
      page.pass(1000);
      page.hide();
      expect(page.last).toMatchObject({ u: `${HOME}next`, t: 1, s: 50 });
    });
  });

  describe('a page that nobody else sees', () => {
    const local = ['http://localhost:3000/', 'http://app.localhost/', 'http://127.0.0.1/', 'http://[::1]/', 'file:///a.html'];

    it.each(local)('%s is not counted, and its events neither', (address) => {
      const page = open(address);
      page.antics('Signup');
      page.pushState('/next');
      page.hide();
      expect(page.sent).toEqual([]);
    });

    it.each(local)('%s is counted with data-local', (address) => {
      expect(open(address, { tag: { local: '' } }).sent.map(({ hit }) => hit.u)).toEqual([address]);
    });

    it('is not confused with a public one of a similar name', () => {
      expect(open('https://notlocalhost.com/').sent).toHaveLength(1);
      expect(open('https://127.example.com/').sent).toHaveLength(1);
      expect(open('https://localhost.example.com/').sent).toHaveLength(1);
    });
  });

  describe('who opted out', () => {
    it.each(['true', '1', 'yes'])('by antics_ignore = %s has nothing sent', (value) => {
      const page = open(HOME, { storage: { antics_ignore: value } });
      page.antics('Signup');
      page.pushState('/next');
      page.hide();
      expect(page.sent).toEqual([]);
    });

    it.each([{}, { antics_ignore: '' }, { antics_ignore: 'false' }])('but not by %j', (storage) => {
      expect(open(HOME, { storage }).sent).toHaveLength(1);
    });

    it('and a browser that keeps nothing is counted', () => {
      expect(open(HOME, { storage: 'forbidden' }).sent).toHaveLength(1);
    });
  });

  describe('window.antics', () => {
    it('sends an event with its properties and the referrer of the current view', () => {
      const page = open(HOME, { referrer: 'https://google.com/' });
      page.pushState('/signup');
      page.antics('Signup', { plan: 'pro', seats: 3 });
      expect(page.sent.at(-1)?.body).toBe(
        '{"n":"Signup","u":"https://example.com/signup","r":"https://example.com/","w":1280,"p":{"plan":"pro","seats":3}}',
      );
    });

    it('sends what was called before it was there, after the view', () => {
      const page = open(HOME, { queue: [['Early', { n: 1 }], ['Next']] });
      expect(page.told).toEqual(['view /', 'Early /', 'Next /']);
      expect(page.sent[1]?.hit.p).toEqual({ n: 1 });
    });

    it('sends nothing without a name', () => {
      const page = open(HOME, { queue: [[]] });
      page.antics();
      page.antics('');
      expect(page.told).toEqual(['view /']);
    });

    it('never throws, whatever it is given and whatever fails', async () => {
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      const page = open(HOME, { queue: [['Odd', circular], ['After']] });
      expect(page.told).toEqual(['view /', 'After /']);
      expect(() => page.antics('Odd', circular)).not.toThrow();
      expect(() => page.antics('Odd', { big: 1n })).not.toThrow();
      expect(() => page.antics(Symbol('odd'))).not.toThrow();

      const broken = open(HOME, {
        fetch: () => {
          throw new Error('blocked');
        },
      });
      expect(() => broken.pushState('/next')).not.toThrow();
      expect((broken.window['location'] as { pathname: string }).pathname).toBe('/next');

      // An unhandled rejection would fail this spec's process.
      const offline = open(HOME, { fetch: () => Promise.reject(new TypeError('offline')) });
      offline.antics('Signup');
      await new Promise((resolve) => setImmediate(resolve));
    });
  });

  describe('data-antics-event', () => {
    const button = element('BUTTON', { 'data-antics-event': 'Signup', 'data-antics-props': '{"plan":"pro"}' });

    it('names the event of a click on the element or in it', () => {
      const page = open(HOME);
      page.click(element('SPAN', {}, button));
      expect(page.last).toMatchObject({ n: 'Signup', p: '{"plan":"pro"}' });
      page.emit('auxclick', { button: 1, target: button });
      page.emit('auxclick', { button: 2, target: button });
      expect(page.told).toEqual(['view /', 'Signup /', 'Signup /']);
    });

    it('names the event of a form when it is submitted, not when something in it is clicked', () => {
      const page = open(HOME);
      const form = element('FORM', { 'data-antics-event': 'Sent' });
      page.click(element('INPUT', {}, form));
      expect(page.told).toEqual(['view /']);
      page.submit(form);
      expect(page.told).toEqual(['view /', 'Sent /']);
    });
  });
});

describe('opt-in events', () => {
  const link = (href: string, attributes = {}) => element('A', { href, ...attributes });
  const tag = { outbound: '', downloads: '', forms: '' };
  const events = (page: ReturnType<typeof open>) => page.sent.slice(1).map(({ hit: { n, p } }) => [n, p]);

  it('are sent for links to other hosts, for files and for forms, one event a click', () => {
    const page = open(HOME, { tag });
    page.click(element('B', {}, link('https://other.example/watch?v=1')));
    page.emit('auxclick', { button: 1, target: link('https://other.example/') });
    page.click(link('/paper.PDF?key=secret'));
    page.click(link('https://other.example/app.zip'));
    page.click(link('/about'));
    page.click(link('mailto:someone@example.com'));
    page.submit(element('FORM', { id: 'contact' }));
    expect(events(page)).toEqual([
      ['Outbound Link: Click', { url: 'https://other.example/watch?v=1' }],
      ['Outbound Link: Click', { url: 'https://other.example/' }],
      ['File Download', { url: 'https://example.com/paper.PDF' }],
      ['File Download', { url: 'https://other.example/app.zip' }],
      ['Form: Submission', { form: 'contact' }],
    ]);
  });

  it('give way to an event that the page names', () => {
    const page = open(HOME, { tag });
    page.click(link('https://other.example/', { 'data-antics-event': 'Partner' }));
    const form = element('FORM');
    const button = element('BUTTON', { 'data-antics-event': 'Ask' }, form);
    page.click(button);
    page.submit(form, button);
    expect(events(page).map(([n]) => n)).toEqual(['Partner', 'Ask']);
  });

  it('are not sent unless asked for', () => {
    const page = open(HOME);
    page.click(link('https://other.example/app.zip'));
    page.submit(element('FORM'));
    expect(page.told).toEqual(['view /']);
  });

  it('take the page’s own list of files', () => {
    const page = open(HOME, { tag: { downloads: 'epub|mobi' } });
    page.click(link('/book.mobi'));
    page.click(link('/paper.pdf'));
    expect(events(page)).toEqual([['File Download', { url: 'https://example.com/book.mobi' }]]);
  });

  it('say of an error page which path was asked for', () => {
    const page = open('https://example.com/lost?x=1', { tag: { '404': '' } });
    expect(page.told).toEqual(['view /lost?x=1', '404 /lost?x=1']);
    expect(page.last?.p).toEqual({ path: '/lost' });
  });

  it('are not in the smaller file', () => {
    const page = openWith('antics.core.js', HOME, { tag: { ...tag, '404': '' } });
    page.click(link('https://other.example/app.zip'));
    expect(page.told).toEqual(['view /']);
  });
});

describe('web vitals', () => {
  const paint = (startTime: number) => ({ startTime, size: 1 });
  const shift = (startTime: number, value: number, hadRecentInput = false) => ({ startTime, value, hadRecentInput });
  const event = (interactionId: number, duration: number) => ({ interactionId, duration, startTime: 1 });

  it('go with the report, asked of the browser with all that happened before', () => {
    const page = open(HOME);
    expect(page.observers[0]?.types).toContainEqual({ type: 'event', buffered: true, durationThreshold: 40 });
    page.perform([paint(800), shift(900, 0.1)]);
    page.perform([paint(1200), event(7, 48), event(7, 96)], true);
    page.hide();
    expect(page.last?.v).toEqual({ lcp: 1200, cls: 0.1, inp: 96 });
  });

  it('are absent where a browser measures nothing, which costs no view', () => {
    const safe = open(HOME, { entryTypes: ['largest-contentful-paint', 'event'] });
    safe.hide();
    expect(safe.last?.v).toEqual({});
    const none = openWith('antics.js', HOME);
    none.pushState('/next');
    expect(none.told.filter((line) => line.startsWith('view'))).toEqual(['view /', 'view /next']);
    expect(none.observers).toEqual([]);
  });

  it('LCP is the last candidate before the page was first left or hidden, counted from when it was shown', () => {
    const page = open(HOME, { activationStart: 300 });
    page.perform([paint(200)]);
    page.hide();
    expect(page.last?.v).toMatchObject({ lcp: 0 });
    page.show();
    page.perform([paint(5000)]);
    page.pass(1000);
    page.hide();
    expect(page.last?.v).toMatchObject({ lcp: 0 });
    const background = open(HOME, { hidden: true });
    background.show();
    background.perform([paint(5000)]);
    background.hide();
    expect(background.last?.v).not.toHaveProperty('lcp');
  });

  it('CLS is the largest window of shifts less than a second apart, at most five seconds long, without input', () => {
    const page = open(HOME);
    page.perform([shift(1000, 0.1), shift(1900, 0.1), shift(3000, 0.15), shift(3100, 0.9, true)]);
    page.hide();
    expect(page.last?.v).toMatchObject({ cls: 0.2 });
    page.perform([0, 900, 1800, 2700, 3600, 4500, 5400].map((after) => shift(10_000 + after, 0.1)), true);
    page.emit('pagehide');
    expect((page.last?.v as { cls: number }).cls).toBeCloseTo(0.6);
  });

  it('INP leaves out one of fifty interactions, and is 8 ms where all were too quick to be told of', () => {
    const page = open(HOME);
    page.interact(120);
    page.perform([event(1, 500), event(2, 400), event(3, 300), event(4, 200)]);
    page.hide();
    expect(page.last?.v).toMatchObject({ inp: 300 });
    page.show();
    page.pushState('/next');
    page.interact(3);
    page.hide();
    expect(page.last?.v).toEqual({ cls: 0, inp: 8 });
  });

  it('go with the page left: CLS and INP begin anew with the next, LCP is over', () => {
    const page = open(HOME);
    page.perform([paint(700), shift(800, 0.2), event(1, 64)]);
    page.pushState('/next');
    expect(page.sent[1]?.hit).toMatchObject({ u: HOME, v: { lcp: 700, cls: 0.2, inp: 64 } });
    page.perform([paint(2000), shift(1700, 0.05)]);
    page.hide();
    expect(page.last?.v).toEqual({ cls: 0.05 });
  });

  it('are not in the smaller file', () => {
    const page = openWith('antics.core.js', HOME, { entryTypes: ['event'] });
    page.hide();
    expect(page.observers).toEqual([]);
    expect(page.last).not.toHaveProperty('v');
  });
});
