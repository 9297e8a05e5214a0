import type { ServerResponse } from 'node:http';

import { until } from '../e2e/harness.ts';
import { inBrowser, openTabsRoom, type TabsRoom } from './browser.ts';
import type { Tab } from './tabs.ts';

const isVisible = (tab: Tab, state: 'visible' | 'hidden'): Promise<true> =>
  until(5_000, async () => ((await tab.evaluate('document.visibilityState')) === state ? true : undefined));
const isLoaded = (tab: Tab): Promise<true> =>
  until(10_000, async () => ((await tab.evaluate('document.readyState')) === 'complete' ? true : undefined));
const stay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

inBrowser('a tab among others', () => {
  let room: TabsRoom;
  beforeAll(async () => {
    room = await openTabsRoom();
  });
  afterAll(() => room?.close());

  it('has no time counted while it is behind another', async () => {
    const site = await room.site({ pages: { '/': '', '/other': '' } });
    const started = performance.now();
    const tab = await room.tabs.open(`${site.origin}/`);
    await isLoaded(tab);
    await isVisible(tab, 'visible');
    const other = await room.tabs.open('about:blank');
    await isVisible(tab, 'hidden');
    const hiddenAt = performance.now();
    await stay(2000);
    const shownAt = performance.now();
    await tab.show();
    await isVisible(tab, 'visible');
    await stay(1100);
    await tab.close();
    const ended = performance.now();
    await other.close();

    expect(await room.lines(site, 3)).toEqual(['view /', 'left /', 'left /']);
    const [, first, second] = await room.hits(site, 3);
    expect(first!.seconds).toBeLessThanOrEqual((hiddenAt - started) / 1000);
    expect(second!.seconds).toBeGreaterThanOrEqual(1);
    expect(second!.seconds).toBeLessThanOrEqual((ended - shownAt) / 1000);
  });

  it('has no time counted while its window is minimized', async () => {
    const site = await room.site({ pages: { '/': '' } });
    const tab = await room.tabs.open(`${site.origin}/`);
    await isLoaded(tab);
    const started = performance.now();
    await tab.minimizeWindow();
    await isVisible(tab, 'hidden');
    await stay(1500);
    await tab.restoreWindow();
    await isVisible(tab, 'visible');
    await tab.close();
    const all = (performance.now() - started) / 1000;
    const hits = await room.hits(site, 2);
    expect(hits.map(({ name }) => name).slice(0, 2)).toEqual([null, 'engagement']);
    expect(hits.slice(1).every(({ name, page }) => name === 'engagement' && page === '/')).toBe(true);
    const last = hits.slice(2).reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
    expect(last).toBeLessThan(all - 1.4);
  });

  it('is counted once it is looked at, when it was opened in the background, and not at all if it never is', async () => {
    const site = await room.site({ pages: { '/': '', '/unseen': '' } });
    const unseen = await room.tabs.open(`${site.origin}/unseen`, 'back');
    const tab = await room.tabs.open(`${site.origin}/`, 'back');
    await Promise.all([isLoaded(tab), isLoaded(unseen)]);
    expect(await room.lines(site, 0)).toEqual([]);
    await tab.show();
    expect(await room.lines(site, 1)).toEqual(['view /']);
    await unseen.close();
    await tab.close();
    expect(await room.lines(site, 2)).toEqual(['view /', 'left /']);
  });

  it('has a page that was prerendered counted when it is shown, and one that is not shown not at all', async () => {
    // The page waits for its server to go on, as there is nobody to click: a watched tab prerenders nothing.
    const waiting: ServerResponse[] = [];
    const rules = JSON.stringify({ prerender: [{ urls: ['/next', '/never'], eagerness: 'immediate' }] });
    const site = await room.site({
      pages: {
        '/': `<script type="speculationrules">${rules}</script>
          <script>fetch('/go').then(() => { location.href = '/next' })</script>`,
        '/next': '<script>fetch("/prerendering?" + document.prerendering)</script>',
        '/never': '<script>fetch("/prerendering?" + document.prerendering)</script>',
      },
      answer: ({ url }, response) => {
        if (url === '/go') return waiting.push(response) > 0;
        if (url?.startsWith('/prerendering')) response.end();
        return url?.startsWith('/prerendering') ?? false;
      },
    });
    await room.tabs.openAlone(`${site.origin}/`);
    await until(10_000, () =>
      Promise.resolve(site.requests.filter((url) => url === '/prerendering?true').length === 2 || undefined),
    );
    expect(await room.lines(site, 1)).toEqual(['view /']);
    waiting.forEach((response) => response.end());
    // The two pages say it side by side.
    expect((await room.lines(site, 3)).sort()).toEqual(['left /', 'view /', 'view /next ← /']);
    expect(site.requests.filter((url) => url === '/next')).toHaveLength(1);
  });
});
