import { inBrowser, sharedRoom, scriptTag, type BrowserRoom, type Person } from './browser.ts';
import { passOn, type Passed } from './proxy.ts';

/** What the browser itself notes on its console of requests that were refused or blocked: no error of any script. */
const BROWSERS_OWN = /Failed to load resource|blocked by CORS policy|Content Security Policy|net::ERR_/;
const errorsOf = (person: Person): string[] => person.errors.filter((text) => !BROWSERS_OWN.test(text));

/** Reasons that hits of somebody were answered with, as the pages can read them. */
function droppedOf(person: Person): string[] {
  const reasons: string[] = [];
  person.context.on('response', (response) => {
    const reason = response.headers()['x-antics-dropped'];
    if (reason) reasons.push(reason);
  });
  return reasons;
}

inBrowser('the tracker in its surroundings', () => {
  let room: BrowserRoom;
  let events: string;
  beforeAll(async () => {
    room = await sharedRoom();
    events = `${room.antics.server.baseUrl}/api/event`;
  });

  it('sends plain text without preflight, cookie or its page\'s leave, from the most forbidding of pages', async () => {
    const passed: Passed[] = [];
    const proxy = room.serve('tap', async (request, response) => void passed.push(await passOn(request, response, events)));
    const site = await room.site({
      pages: { '/': '' },
      headers: { 'cross-origin-embedder-policy': 'require-corp', 'referrer-policy': 'no-referrer' },
      tag: { 'data-api': `${proxy}/api/event` },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.evaluate(`document.cookie = 'own=1'; antics('Bought', { plan: 'pro' })`);
    await room.arrived(site, 2);
    await person.leave();
    expect(await room.lines(site, 3)).toEqual(['view /', 'Bought / {"plan":"pro"}', 'left /']);
    expect(passed.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST']);
    for (const { headers } of passed) {
      expect(headers.origin).toBe(site.origin);
      expect(headers['content-type']).toMatch(/^text\/plain/);
      expect(headers.cookie).toBeUndefined();
    }
    expect(person.errors).toEqual([]);
  });

  it('keeps no page waiting for a slow server, and what it sent arrives once', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let asked = 0;
    const proxy = room.serve('slow', async (request, response) => {
      asked++;
      await released;
      await passOn(request, response, events);
    });
    const site = await room.site({ pages: { '/': '<a href="/b">on</a>', '/b': '' }, tag: { 'data-api': `${proxy}/hit` } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`); // which waits for the load event
    await page.click('a');
    await page.waitForURL('**/b');
    await page.close({ runBeforeUnload: true });
    expect(await room.lines(site, 0)).toEqual([]);
    release();
    expect((await room.lines(site, 4)).sort()).toEqual(['left /', 'left /b', 'view /', 'view /b ← /']);
    expect(asked).toBe(4);
    expect(person.errors).toEqual([]);
    await person.leave();
  });

  it('sends nothing again that a failing server refused, and the page does not notice', async () => {
    let isFailing = true;
    let asked = 0;
    const proxy = room.serve('failing', async (request, response) => {
      asked++;
      if (isFailing) response.writeHead(503).end();
      else await passOn(request, response, events);
    });
    const site = await room.site({ pages: { '/': '', '/b': '' }, tag: { 'data-api': `${proxy}/hit` } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.evaluate(`antics('Lost'); history.pushState({}, '', '/a')`);
    await page.waitForFunction(`performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/hit')).length === 4`);
    expect(asked).toBe(4); // view, Lost, left, view
    isFailing = false;
    await page.goto(`${site.origin}/b`);
    await room.arrived(site, 2);
    await person.leave();
    expect((await room.lines(site, 3)).sort()).toEqual(['left /a', 'left /b', 'view /b']);
    expect(asked).toBe(7);
    expect(errorsOf(person)).toEqual([]);
  });

  it('is content with two lines of a Content-Security-Policy, and throws nothing where they are missing', async () => {
    const rest = `default-src 'none'; img-src data:; script-src ${room.stats}`;
    const open = await room.site({
      pages: { '/': '' },
      headers: { 'content-security-policy': `${rest}; connect-src ${room.stats}` },
    });
    const closed = await room.site({ pages: { '/': '' }, headers: { 'content-security-policy': rest } });
    const shut = await room.site({ pages: { '/': '' }, headers: { 'content-security-policy': "default-src 'none'; img-src data:" } });
    const person = await room.person();
    await person.open(`${open.origin}/`);
    await room.arrived(open, 1);
    expect(person.errors).toEqual([]);
    await person.open(`${closed.origin}/`);
    await person.open(`${shut.origin}/`);
    await person.leave();
    expect(await room.lines(open, 2)).toEqual(['view /', 'left /']);
    expect(await room.lines(closed, 0)).toEqual([]);
    expect(await room.lines(shut, 0)).toEqual([]);
    expect(person.errors.length).toBeGreaterThan(0); // the browser's own: the policy did hold
    expect(errorsOf(person)).toEqual([]);
  });

  it('is not counted in a sandboxed frame, whose Origin is null', async () => {
    const framed = await room.site({
      pages: {
        '/': '<iframe sandbox="allow-scripts" src="/frame"></iframe>',
        '/frame': { head: scriptTag(`${room.stats}/antics.js`) },
      },
      head: '',
    });
    const person = await room.person();
    const dropped = droppedOf(person);
    const page = await person.open(`${framed.origin}/`);
    await page.frames()[1]!.evaluate(`antics('Named')`);
    await expect(page.frames()[1]!.evaluate(`self.origin`)).resolves.toBe('null');
    await person.leave();
    expect(await room.lines(framed, 0)).toEqual([]);
    expect(dropped.length).toBeGreaterThan(0);
    expect(new Set(dropped)).toEqual(new Set(['unknown_site']));
    expect(person.errors).toEqual([]);
  });

  it('counts nobody who has set localStorage.antics_ignore, from then on', async () => {
    const site = await room.site({ pages: { '/': '', '/b': '' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.evaluate(`localStorage.antics_ignore = 'true'; antics('Unseen')`);
    await page.goto(`${site.origin}/b`);
    await page.evaluate(`antics('Unseen')`);
    expect(await room.lines(site, 1)).toEqual(['view /']);
    await page.evaluate(`localStorage.removeItem('antics_ignore'); antics('Seen')`);
    await room.arrived(site, 2);
    await person.leave();
    expect(await room.lines(site, 3)).toEqual(['view /', 'Seen /b', 'left /b']);
  });

  it.each(['defer', 'type="module"'])('may be renamed and served from the site\'s own domain: <script %s>', async (kind) => {
    const { baseUrl } = room.antics.server;
    const site = await room.site({
      pages: { '/': '' },
      head: `<script ${kind} src="/js/site.js" data-api="/hit"></script>`,
      headers: { 'content-security-policy': "default-src 'self'; img-src data:" },
      answer: async (request, response) => {
        if (request.url === '/js/site.js') return !!(await passOn(request, response, `${baseUrl}/antics.js`));
        return request.url === '/hit' && !!(await passOn(request, response, events));
      },
    });
    const person = await room.person();
    await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await person.leave();
    expect(person.errors).toEqual([]);
    expect(await room.lines(site, 2)).toEqual(['view /', 'left /']);
    expect(site.requests).toEqual(['/', '/js/site.js', '/hit', '/hit']);
  });

  it('counts who says Sec-GPC: 1, but on sites that respect it', async () => {
    const pages = { '/': '' };
    const respecting = await room.site({ pages, settings: { respect_gpc: true } });
    const other = await room.site({ pages });
    const person = await room.person({ extraHTTPHeaders: { 'sec-gpc': '1' } });
    const dropped = droppedOf(person);
    for (const site of [respecting, other]) await person.open(`${site.origin}/`);
    await room.arrived(other, 1);
    await person.leave();
    expect(await room.lines(other, 2)).toEqual(['view /', 'left /']);
    expect(await room.lines(respecting, 0)).toEqual([]);
    expect(dropped).toContain('gpc');
  });

  it.each(['localhost', '127.0.0.1'])('leaves %s alone, unless its tag says data-local', async (name) => {
    const tag = scriptTag(`${room.stats}/antics.js`);
    const local = scriptTag(`${room.stats}/antics.js`, { 'data-local': '' });
    const site = await room.site({ name, pages: { '/own': { head: tag }, '/shown': { head: local } }, head: '' });
    const person = await room.person();
    const page = await person.open(`${site.origin}/own`);
    await page.evaluate(`antics('Own')`);
    await page.goto(`${site.origin}/shown`);
    await page.evaluate(`antics('Shown')`);
    await room.arrived(site, 2);
    await person.leave();
    expect(await room.lines(site, 3)).toEqual(['view /shown', 'Shown /shown', 'left /shown']);
    expect(person.errors).toEqual([]);
  });
});
