import { until } from '../e2e/harness.ts';
import { closeTab, inBrowser, sharedRoom, type BrowserRoom } from './browser.ts';

/** As high as it says, with nothing around it. */
const tall = (height: number, text: string): string =>
  `<style>body{margin:0}</style><div style="height:${height}px">${text}</div>`;

inBrowser('a static site', () => {
  let room: BrowserRoom;
  beforeAll(async () => {
    room = await sharedRoom();
  });

  it('has each page counted once, with the page before it as referrer, and a report of each page left', async () => {
    const site = await room.site({
      pages: { '/': '<a href="/pricing?utm_source=x&id=7">on</a>', '/pricing': '<a href="/signup#form">on</a>', '/signup': '' },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.click('a');
    await page.waitForURL('**/pricing**');
    await page.click('a');
    await page.waitForURL('**/signup#form');
    await person.leave();

    const hits = await room.hits(site, 6);
    expect(await room.lines(site, 6)).toEqual([
      'view /',
      'left /',
      'view /pricing?utm_source=x ← /',
      'left /pricing?utm_source=x',
      'view /signup ← /pricing',
      'left /signup',
    ]);
    expect(new Set(hits.map(({ visitor }) => visitor)).size).toBe(1);
    expect(hits.map(({ hostname }) => hostname)).toEqual(hits.map(() => site.host));
    expect(hits.filter(({ name }) => name === null).map(({ width }) => width)).toEqual([1280, 1280, 1280]);
    expect(person.errors).toEqual([]);
  });

  it('has the time on each page and the deepest scroll reported, not the last', async () => {
    const site = await room.site({ pages: { '/': tall(4000, '<a href="/short">on</a>'), '/short': tall(100, '') } });
    const person = await room.person();
    const started = performance.now();
    const page = await person.open(`${site.origin}/`);
    const seen = performance.now();
    await page.mouse.wheel(0, 1280);
    await page.waitForFunction('scrollY === 1280');
    await page.mouse.wheel(0, -1280);
    await page.waitForFunction('scrollY === 0');
    await page.waitForTimeout(1200);
    const atLeast = (performance.now() - seen) / 1000;
    await page.click('a');
    await page.waitForURL('**/short');
    const atMost = (performance.now() - started) / 1000;
    await person.leave();

    expect(await room.lines(site, 4)).toEqual(['view /', 'left /', 'view /short ← /', 'left /short']);
    const [, left, , leftShort] = await room.hits(site, 4);
    expect(left!.seconds).toBeGreaterThan(atLeast - 0.05);
    expect(left!.seconds).toBeLessThan(atMost);
    expect([left!.scroll, leftShort!.scroll]).toEqual([50, 100]); // (1280 + 720) / 4000
    expect(leftShort!.seconds).toBeLessThan(atMost);
  });

  it('has a tab counted that is closed at once, and what became of it', async () => {
    const site = await room.site({ pages: { '/': 'gone in a moment' } });
    const person = await room.person();
    const page = await person.context.newPage();
    await page.goto(`${site.origin}/`, { waitUntil: 'domcontentloaded' });
    await closeTab(page);
    expect(await room.lines(site, 2)).toEqual(['view /', 'left /']);
    await person.leave();
    expect(await room.lines(site, 2)).toEqual(['view /', 'left /']);
  });

  it('has two tabs counted as two views of one visitor, and a reload as another', async () => {
    const site = await room.site({ pages: { '/': 'a page' } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.reload();
    await person.open(`${site.origin}/`);
    await person.leave();
    const hits = await room.hits(site, 6);
    expect(hits.map(({ name }) => name ?? 'view').sort()).toEqual([
      ...Array<string>(3).fill('engagement'),
      ...Array<string>(3).fill('view'),
    ]);
    expect(new Set(hits.map(({ visitor }) => visitor)).size).toBe(1);
  });

  it('has pages counted that come back from the back/forward cache, as often as they are seen', async () => {
    const site = await room.site({
      pages: {
        '/': '<script>addEventListener("pageshow", (e) => (window.cached = e.persisted))</script>home',
        '/next': 'next',
      },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await room.arrived(site, 1);
    await page.goto(`${site.origin}/next`);
    await room.arrived(site, 3);
    await page.evaluate('history.back()');
    await page.waitForURL(`${site.origin}/`, { waitUntil: 'commit' });
    expect(await page.evaluate('window.cached')).toBe(true);
    await room.arrived(site, 5);
    await person.leave();
    const lines = await room.lines(site, 6);
    // The two pages say it side by side: that the one is seen again, that the other is left.
    expect(lines.splice(3, 2).sort()).toEqual(['left /next', 'view / ← /']);
    expect(lines).toEqual(['view /', 'left /', 'view /next', 'left /']);
    expect(person.errors).toEqual([]);
  });

  it('has nothing kept in the browser, and sees no error although its own pages fail', async () => {
    const site = await room.site({
      pages: { '/': '<script>setTimeout(() => { throw new Error("its own") })</script><a href="/b">on</a>', '/b': '' },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.evaluate('antics("Seen")');
    await page.click('a');
    await page.waitForURL('**/b');
    await page.evaluate('antics("Seen")');
    await room.hits(site, 5);
    expect(
      await page.evaluate(`(async () => [document.cookie, localStorage.length, sessionStorage.length,
        (await indexedDB.databases()).length, (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length])()`),
    ).toEqual(['', 0, 0, 0, 0, 0]);
    expect(await person.context.cookies()).toEqual([]);
    await person.leave();
    expect(await room.lines(site, 6)).toEqual([
      'view /',
      'Seen /',
      'left /',
      'view /b ← /',
      'Seen /b ← /',
      'left /b',
    ]);
    expect(person.errors).toEqual(['Error: its own']);
  });

  it('has the figures that its visitor made', async () => {
    const site = await room.site({ pages: { '/': '<a href="/b">on</a>', '/b': tall(1440, '') } });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.click('a');
    await page.waitForURL('**/b');
    await page.evaluate('antics("Signup", { plan: "pro" })');
    await person.leave();
    await room.hits(site, 5);
    const stats = async (metric: string): Promise<Stats> =>
      (await room.antics.ask(`/api/stats/${site.id}?period=today&metric=${metric}`)).json as Stats;
    await until(10_000, async () => ((await stats('event')).summary.events === 1 ? true : undefined));
    const { summary, breakdown } = await stats('pathname');
    expect(summary).toMatchObject({ visitors: 1, visits: 1, pageviews: 2, events: 1, bounce_rate: 0 });
    expect(breakdown.map(({ value, visitors, visits, pageviews }) => [value, visitors, visits, pageviews])).toEqual([
      ['/', 1, 1, 1],
      ['/b', 1, 1, 1],
    ]);
    expect((await stats('event')).breakdown).toMatchObject([{ value: 'Signup', visitors: 1, events: 1 }]);
  });
});

interface Stats {
  summary: Record<string, number>;
  breakdown: { value: string; visitors: number; visits: number; pageviews: number }[];
}
