import { inBrowser, sharedRoom, type BrowserRoom } from './browser.ts';

inBrowser('an application in one page', () => {
  let room: BrowserRoom;
  beforeAll(async () => {
    room = await sharedRoom();
  });

  it('has each navigation of its router counted as a view, from the one before it', async () => {
    const site = await room.site({ pages: { '/': '' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.evaluate(`history.pushState({}, '', '/list')`);
    await room.arrived(site, 3);
    await page.evaluate(`history.pushState({}, '', '/list/1')`);
    await room.arrived(site, 5);
    await page.evaluate(`history.replaceState({}, '', '/list/one')`);
    await room.arrived(site, 7);
    await page.evaluate(`new Promise((done) => { addEventListener('popstate', done, { once: true }); history.back() })`);
    await room.arrived(site, 9);
    await person.leave();
    expect(await room.lines(site, 10)).toEqual([
      'view /',
      'left /',
      'view /list ← /',
      'left /list',
      'view /list/1 ← /list',
      'left /list/1',
      'view /list/one ← /list/1',
      'left /list/one',
      'view /list ← /list/one',
      'left /list',
    ]);
    expect(person.errors).toEqual([]);
  });

  it('counts no view where only query, fragment or state change', async () => {
    const site = await room.site({ pages: { '/list': '' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/list`);
    await page.evaluate(`history.replaceState({ at: 1 }, '')`);
    await page.evaluate(`history.replaceState({}, '', '/list')`);
    await page.evaluate(`history.pushState({}, '', '?sort=price')`);
    await page.evaluate(`history.pushState({}, '', '#top')`);
    await page.evaluate(`location.hash = 'bottom'`);
    await page.evaluate(`new Promise((done) => { addEventListener('popstate', done, { once: true }); history.back() })`);
    await person.leave();
    expect(await room.lines(site, 2)).toEqual(['view /list', 'left /list']);
    expect(person.errors).toEqual([]);
  });

  it('has the time on each view and its depth for itself', async () => {
    const site = await room.site({
      pages: { '/': '<style>body{margin:0}</style><div style="height:2880px">long</div>' },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.mouse.wheel(0, 720);
    await page.waitForFunction('scrollY === 720');
    await page.waitForTimeout(1000);
    await page.evaluate(`scrollTo(0, 0); history.pushState({}, '', '/b')`);
    await page.waitForTimeout(300);
    await person.leave();
    const [, first, , second] = await room.hits(site, 4);
    expect(await room.lines(site, 4)).toEqual(['view /', 'left /', 'view /b ← /', 'left /b']);
    expect([first!.scroll, second!.scroll]).toEqual([50, 25]);
    expect(first!.seconds).toBeGreaterThanOrEqual(0.95);
    expect(second!.seconds).toBeGreaterThanOrEqual(0.25);
    expect(second!.seconds).toBeLessThan(first!.seconds!);
  });

  it('counts what it names at the view that it is on', async () => {
    const site = await room.site({ pages: { '/': '' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.evaluate(`history.pushState({}, '', '/cart'); antics('Bought', { plan: 'pro', seats: 3 })`);
    await room.arrived(site, 4);
    await person.leave();
    expect(await room.lines(site, 5)).toEqual([
      'view /',
      'left /',
      'view /cart ← /',
      'Bought /cart ← / {"plan":"pro","seats":"3"}',
      'left /cart',
    ]);
  });

  it('keeps its errors and its own wrapping of the history to itself', async () => {
    const wrapped = `<script>const push = history.pushState;
      history.pushState = function (...a) { window.pushed = (window.pushed || 0) + 1; return push.apply(this, a) }</script>`;
    const site = await room.site({ pages: { '/': wrapped } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.evaluate(`history.pushState({ a: 1 }, '', '/a')`);
    expect(await page.evaluate(`[pushed, history.state]`)).toEqual([1, { a: 1 }]);
    // A page of another origin is refused by the browser, and the application is to hear of it.
    await expect(page.evaluate(`history.pushState({}, '', 'https://other.test/')`)).rejects.toThrow(/SecurityError|origin/);
    await person.leave();
    expect(await room.lines(site, 4)).toEqual(['view /', 'left /', 'view /a ← /', 'left /a']);
  });

  const hashPages = { '/app': '<a id="one" href="#/one">one</a> <a id="two" href="#/two?tab=2">two</a>' };

  it('has the routes in its fragment counted where the tag says data-hash', async () => {
    const site = await room.site({ pages: hashPages, tag: { 'data-hash': '' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/app#/`);
    await room.arrived(site, 1);
    await page.click('#one');
    await room.arrived(site, 3);
    await page.click('#two');
    await room.arrived(site, 5);
    await page.evaluate(`history.back()`);
    await room.arrived(site, 7);
    await person.leave();
    expect(await room.lines(site, 8)).toEqual([
      'view /app#/',
      'left /app#/',
      'view /app#/one ← /app',
      'left /app#/one',
      'view /app#/two ← /app',
      'left /app#/two',
      'view /app#/one ← /app',
      'left /app#/one',
    ]);
    expect(person.errors).toEqual([]);
  });

  it('has its fragment left alone without data-hash: it is one page, and the fragment never leaves it', async () => {
    const site = await room.site({ pages: hashPages });
    const person = await room.person();
    const sent: (string | null)[] = [];
    person.context.on('request', (request) => void (request.method() === 'POST' && sent.push(request.postData())));
    const page = await person.open(`${site.origin}/app#/token=secret`);
    await page.click('#one');
    await page.click('#two');
    await person.leave();
    expect(await room.lines(site, 2)).toEqual(['view /app', 'left /app']);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.filter((body) => body?.includes('#') || body?.includes('secret'))).toEqual([]);
  });
});
