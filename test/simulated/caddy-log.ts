/** What a line is, as the one who wrote it knows. */
export interface WrittenLine {
  readonly text: string;
  /** Null: no page view of a person. */
  readonly view: { readonly at: number; readonly person: number; readonly path: string } | null;
}

export interface CaddyLogOptions {
  readonly lines: number;
  readonly host: string;
  /** Of the first line, in epoch ms. */
  readonly start: number;
  /** From the first line to the last. */
  readonly days: number;
  readonly seed?: number;
  readonly people?: number;
}

const BROWSERS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
];
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const PAGES = ['/', '/about', '/pricing', '/docs/', '/blog/über-uns', ...Array.from({ length: 200 }, (_, i) => `/blog/post-${i}`)];
const ASSETS = ['/app.css', '/main.js?v=3', '/logo.svg', '/fonts/a.woff2', '/favicon.ico', '/img/hero.webp', '/feed.xml'];
const REFERRERS = ['https://www.google.com/', 'https://news.ycombinator.com/item?id=1', null, null, null];

/**
 * An access log as Caddy 2.10 writes it: of 100 lines some 30 are page views of people, 55 of assets, the rest of
 * crawlers, forms, 304, 404 and what a server says besides. The same lines for the same options.
 */
export function* caddyLog(o: CaddyLogOptions): Generator<WrittenLine> {
  const random = randomOf(o.seed ?? 1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const people = o.people ?? Math.max(20, Math.floor(o.lines / 30));
  const step = (o.days * 86_400_000) / o.lines;
  for (let i = 0; i < o.lines; i++) {
    const at = Math.floor(o.start + (i + random()) * step);
    const person = Math.floor(random() * people);
    const kind = random();
    const referrer = pick(REFERRERS);
    const line = (uri: string, more: Partial<Request> = {}): string => lineOf({ at, host: o.host, person, uri, referrer, ...more });
    const page = pick(PAGES);
    if (kind < 0.3) yield { text: line(encodeURI(page)), view: { at, person, path: page.replace(/(.)\/$/, '$1/') } };
    else if (kind < 0.85) yield { text: line(pick(ASSETS), { type: 'text/css' }), view: null };
    else if (kind < 0.89) yield { text: line(page, { agent: CRAWLER }), view: null };
    else if (kind < 0.92) yield { text: line(page, { method: 'POST' }), view: null };
    else if (kind < 0.95) yield { text: line(page, { status: 304 }), view: null };
    else if (kind < 0.97) yield { text: line('/wp-login.php', { status: 404 }), view: null };
    else if (kind < 0.98) yield { text: line('/api/search', { type: 'application/json' }), view: null };
    else if (kind < 0.99) yield { text: line(page, { prefetch: true }), view: null };
    else yield { text: JSON.stringify({ level: 'warn', ts: at / 1000, logger: 'http', msg: 'aborting with incomplete response' }), view: null };
  }
}

interface Request {
  at: number;
  host: string;
  person: number;
  uri: string;
  referrer: string | null;
  method: string;
  status: number;
  agent: string;
  type: string;
  prefetch: boolean;
}

function lineOf(r: Partial<Request> & Pick<Request, 'at' | 'host' | 'person' | 'uri' | 'referrer'>): string {
  const ip = `${20 + (r.person % 100)}.${(r.person >> 8) & 255}.${r.person & 255}.${1 + ((r.person >> 16) & 127)}`;
  return JSON.stringify({
    level: 'info',
    ts: r.at / 1000,
    logger: 'http.log.access.log0',
    msg: 'handled request',
    request: {
      remote_ip: ip,
      remote_port: String(20_000 + (r.at % 40_000)),
      client_ip: ip,
      proto: 'HTTP/2.0',
      method: r.method ?? 'GET',
      host: r.host,
      uri: r.uri,
      headers: {
        'User-Agent': [r.agent ?? BROWSERS[r.person % BROWSERS.length]],
        Accept: ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'],
        'Accept-Language': ['de,en-US;q=0.7,en;q=0.3'],
        'Accept-Encoding': ['gzip, deflate, br, zstd'],
        Cookie: ['REDACTED'],
        'Upgrade-Insecure-Requests': ['1'],
        ...(r.referrer === null ? {} : { Referer: [r.referrer] }),
        ...(r.prefetch === true ? { 'Sec-Purpose': ['prefetch'] } : {}),
      },
      tls: { resumed: true, version: 772, cipher_suite: 4865, proto: 'h2', server_name: r.host },
    },
    bytes_read: 0,
    user_id: '',
    duration: 0.001 + (r.at % 97) / 1000,
    size: 500 + (r.at % 9000),
    status: r.status ?? 200,
    resp_headers: {
      Server: ['Caddy'],
      'Alt-Svc': ['h3=":443"; ma=2592000'],
      Vary: ['Accept-Encoding'],
      'Content-Type': [r.type ?? 'text/html; charset=utf-8'],
      Etag: [`"${(r.at % 1_000_003).toString(36)}"`],
    },
  });
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface CountedLog {
  pageviews: number;
  visitors: number;
  visits: number;
  /** Views of each page. */
  pages: Record<string, number>;
}

const VISIT_GAP_MS = 30 * 60_000;

/** What the log says, counted by its words alone: for a site whose days are those of UTC. */
export function countLog(lines: Iterable<WrittenLine>): CountedLog {
  const last = new Map<string, number>();
  const counted: CountedLog = { pageviews: 0, visitors: 0, visits: 0, pages: {} };
  for (const { view } of lines) {
    if (view === null) continue;
    const key = `${Math.floor(view.at / 86_400_000)} ${view.person}`;
    const before = last.get(key);
    counted.pageviews += 1;
    if (before === undefined) counted.visitors += 1;
    if (before === undefined || view.at - before >= VISIT_GAP_MS) counted.visits += 1;
    counted.pages[view.path] = (counted.pages[view.path] ?? 0) + 1;
    last.set(key, view.at);
  }
  return counted;
}
