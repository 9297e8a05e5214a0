import * as fc from 'fast-check';
import type { AccessLine } from './access-line.ts';
import { CADDY } from './caddy.ts';
import { COMBINED_FORMAT, COMMON_FORMAT, VHOST_COMBINED_FORMAT } from './combined.ts';
import { detectFormat, formatNamed } from './formats.ts';
import { caddyTime, commonTime } from './log-time.ts';
import { isAssetUri, whyNoPage } from './page-line.ts';

const AT = Date.parse('2026-11-30T13:55:36Z');

/** As Caddy 2.10 writes it. */
function caddyLine(o: { request?: object; headers?: object; more?: object } = {}): string {
  return JSON.stringify({
    level: 'info',
    ts: AT / 1000 + 0.1234,
    logger: 'http.log.access.log0',
    msg: 'handled request',
    request: {
      remote_ip: '10.0.0.1',
      remote_port: '4711',
      client_ip: '192.0.2.7',
      proto: 'HTTP/2.0',
      method: 'GET',
      host: 'example.com',
      uri: '/about?utm_source=x',
      headers: { 'User-Agent': ['Firefox'], Referer: ['https://news.example/'], 'Sec-Purpose': ['prefetch'], ...o.headers },
      tls: { resumed: false, version: 772 },
      ...o.request,
    },
    bytes_read: 0,
    duration: 0.001,
    size: 10900,
    status: 200,
    resp_headers: { 'Content-Type': ['text/html; charset=utf-8'] },
    ...o.more,
  });
}

const COMBINED_LINE =
  '192.0.2.7 - frank [30/Nov/2026:14:55:36 +0100] "GET /about?a=1 HTTP/1.1" 200 2326 "https://news.example/" "Mozilla/5.0 (X)"';

describe('a line of Caddy', () => {
  it('is read with what the rules need', () => {
    expect(CADDY.read(caddyLine())).toEqual({
      at: AT + 123,
      method: 'GET',
      host: 'example.com',
      uri: '/about?utm_source=x',
      status: 200,
      client: '192.0.2.7',
      userAgent: 'Firefox',
      referrer: 'https://news.example/',
      headers: { 'sec-purpose': 'prefetch' },
      contentType: 'text/html; charset=utf-8',
    });
  });

  it('tells the client as older versions wrote it', () => {
    const client = (request: object) => (CADDY.read(caddyLine({ request })) as AccessLine).client;
    expect(client({ client_ip: undefined })).toBe('10.0.0.1');
    expect(client({ client_ip: undefined, remote_ip: undefined, remote_addr: '[2001:db8::1]:4711' })).toBe('2001:db8::1');
    expect(client({ client_ip: undefined, remote_ip: undefined, remote_addr: '192.0.2.9:80' })).toBe('192.0.2.9');
  });

  it('of another kind is no mistake, and what is no JSON is one', () => {
    expect(CADDY.read('{"level":"error","ts":1,"logger":"http","msg":"aborting"}')).toBe('other');
    expect(CADDY.read('{"level":"info","ts":1')).toBeNull();
    expect(CADDY.read('{"hello":1}')).toBeNull();
    expect(CADDY.read('[]')).toBeNull();
    expect(CADDY.read(caddyLine({ more: { ts: 'noon' } }))).toBeNull();
  });

  it('gives its path away unread, or nothing, and never that of something else', () => {
    expect(CADDY.uriOf(caddyLine())).toBe('/about?utm_source=x');
    expect(CADDY.uriOf(caddyLine({ request: { uri: '/a"b.css' } }))).toBeNull();
    expect(CADDY.uriOf(caddyLine({ request: { headers: { 'User-Agent': ['"uri":"/x.css"'] }, uri: '/last' } }))).toBe('/last');
    fc.assert(
      fc.property(fc.string(), fc.string(), (uri, agent) => {
        const line = caddyLine({ request: { uri: `/${uri}.css`, headers: { 'User-Agent': [agent] } } });
        const told = CADDY.uriOf(line);
        const read = CADDY.read(line) as AccessLine;
        if (told !== null && isAssetUri(told)) expect(whyNoPage(read)).toBe('asset');
      }),
    );
  });
});

describe('a combined line', () => {
  it('is read', () => {
    const read = COMBINED_FORMAT.read(COMBINED_LINE);
    expect(read).toMatchObject({ at: AT, method: 'GET', uri: '/about?a=1', status: 200, client: '192.0.2.7', host: null });
    expect(read).toMatchObject({ referrer: 'https://news.example/', userAgent: 'Mozilla/5.0 (X)' });
    expect(COMBINED_FORMAT.uriOf(COMBINED_LINE)).toBe('/about?a=1');
  });

  it('is read with the escapes of Apache and of nginx', () => {
    const apache = COMBINED_FORMAT.read(COMBINED_LINE.replace('Mozilla/5.0 (X)', String.raw`a \"b\" \\ c`));
    expect((apache as AccessLine).userAgent).toBe(String.raw`a "b" \ c`);
    const nginx = COMBINED_FORMAT.read(COMBINED_LINE.replace('Mozilla/5.0 (X)', String.raw`a \x22b\x22 \xC3\xBC`));
    expect((nginx as AccessLine).userAgent).toBe('a "b" ü');
  });

  it('with what was no HTTP is left to others, and half of one is malformed', () => {
    const handshake = COMBINED_LINE.replace('GET /about?a=1 HTTP/1.1', String.raw`\x16\x03\x01`);
    expect(COMBINED_FORMAT.read(handshake)).toBe('other');
    expect(COMBINED_FORMAT.read(COMBINED_LINE.replace('GET /about?a=1 HTTP/1.1', '-'))).toBe('other');
    expect(COMBINED_FORMAT.read(COMBINED_LINE.slice(0, -1))).toBeNull();
    expect(COMBINED_FORMAT.read(COMBINED_LINE.replace('30/Nov', '30/Foo'))).toBeNull();
  });

  it('without a header that was not sent has none', () => {
    const bare = COMBINED_LINE.replace('"https://news.example/" "Mozilla/5.0 (X)"', '"-" "-"');
    expect(COMBINED_FORMAT.read(bare)).toMatchObject({ referrer: null, userAgent: '' });
  });

  it('may have the host before it', () => {
    const line = `www.example.com:443 ${COMBINED_LINE}`;
    expect(VHOST_COMBINED_FORMAT.read(line)).toMatchObject({ host: 'www.example.com:443', client: '192.0.2.7', at: AT });
    expect(VHOST_COMBINED_FORMAT.read(COMBINED_LINE)).toBeNull();
  });
});

describe('the format', () => {
  it('is told from the lines', () => {
    const common = COMBINED_LINE.slice(0, COMBINED_LINE.indexOf(' "https'));
    expect(detectFormat([caddyLine()])?.name).toBe('caddy');
    expect(detectFormat([COMBINED_LINE, 'x'.repeat(10), COMBINED_LINE])?.name).toBe('combined');
    expect(detectFormat([`example.com ${COMBINED_LINE}`])?.name).toBe('vhost_combined');
    expect(detectFormat([common])?.name).toBe('common');
    expect(detectFormat(['', 'hello'])).toBeNull();
    expect(formatNamed('common').read(common)).toEqual(COMMON_FORMAT.read(common));
  });
});

describe('a time', () => {
  it('is read in every format that Caddy has', () => {
    for (const ts of [
      AT / 1000,
      AT,
      AT * 1e6,
      String(AT / 1000),
      '2026-11-30T13:55:36.000Z',
      '2026-11-30T14:55:36.000+0100',
      '2026-11-30T14:55:36+01:00',
      '2026/11/30 13:55:36.000',
      '2026/11/30 13:55:36',
      '30/Nov/2026:14:55:36 +0100',
    ]) {
      expect([ts, caddyTime(ts)]).toEqual([ts, AT]);
    }
    expect(caddyTime('yesterday')).toBeNaN();
    expect(caddyTime(null)).toBeNaN();
    expect(commonTime('30/Nov/2026:09:25:36 -0430')).toBe(AT);
  });
});

describe('a page', () => {
  it.each(['/', '/about', '/about/', '/a.html', '/index.php?x=1.css', '/v1.2/notes', '/node.js/', '/user@example.com', '/x#a.css', '/api'])(
    'is %s',
    (uri) => expect(isAssetUri(uri)).toBe(false),
  );
  it.each(['/app.css', '/A.JS?v=1', '/favicon.ico', '/robots.txt', '/.well-known/acme', '/feed.xml', '/f.woff2', '/a/b.webmanifest'])(
    'is not %s',
    (uri) => expect(isAssetUri(uri)).toBe(true),
  );

  const why = (o: Parameters<typeof caddyLine>[0]) => whyNoPage(CADDY.read(caddyLine(o)) as AccessLine);
  it('is what was got, and was there, and was meant to be looked at', () => {
    expect(why({})).toBeNull();
    expect(why({ request: { method: 'HEAD' } })).toBe('method');
    expect(why({ more: { status: 304 } })).toBe('status');
    expect(why({ more: { status: 404 } })).toBe('status');
    expect(why({ headers: { 'Sec-Fetch-Dest': ['empty'] } })).toBe('no_document');
    expect(why({ headers: { 'Sec-Fetch-Dest': ['document'] } })).toBeNull();
    expect(why({ more: { resp_headers: { 'Content-Type': ['application/json'] } } })).toBe('no_document');
    expect(why({ more: { resp_headers: {} } })).toBeNull();
  });
});
