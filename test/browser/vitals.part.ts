import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { inBrowser, sharedRoom, type BrowserRoom } from './browser.ts';

const library = readFileSync(
  join(dirname(createRequire(import.meta.url).resolve('web-vitals')), 'web-vitals.iife.js'),
  'utf8',
);

/** The library's own last word on each, as it stands when the page is left. */
const measured = `<script>${library}</script><script>
  window.told = {};
  for (const [name, on] of [['lcp', 'onLCP'], ['inp', 'onINP'], ['cls', 'onCLS']]) {
    webVitals[on](({ value }) => { told[name] = value; }, { reportAllChanges: true });
  }</script>`;

inBrowser('the web vitals of a page', () => {
  let room: BrowserRoom;
  beforeAll(async () => {
    room = await sharedRoom();
  });

  it('are those of the web-vitals library on the same page, within 5 percent', async () => {
    const site = await room.site({
      pages: {
        '/': {
          head: measured,
          body: `<p id="first">small</p><div id="below">below</div>
            <button id="slow">slow</button> <button id="quick">quick</button>
            <script>
              const wait = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
              slow.onclick = () => wait(200);
              const grow = () => {
                const large = document.createElement('p');
                large.style.cssText = 'font-size:80px;height:300px;margin:0';
                large.textContent = 'As large as it gets. '.repeat(12);
                below.before(large);
              };
              const shift = () => { first.style.height = '200px'; };
              let shifts = 0;
              new PerformanceObserver((list) => { shifts += list.getEntries().length; }).observe({ type: 'layout-shift' });
            </script>`,
        },
      },
    });
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    // Each only when what was before it is painted: on a busy machine they would fall together.
    const small = Number(await page.waitForFunction('window.told.lcp').then((told) => told.jsonValue()));
    await page.evaluate('grow()');
    await page.waitForFunction(`window.told.lcp > ${small}`);
    await page.waitForFunction('shifts > 0');
    await page.evaluate('shift()');
    await page.waitForFunction('shifts > 1');
    // Shifts within half a second of an input are expected by the person, and not counted.
    await page.click('#slow');
    await page.click('#quick');
    await page.waitForFunction('window.told.inp >= 200');
    const library = (await page.evaluate(`window.told`)) as Record<'lcp' | 'inp' | 'cls', number>;
    await person.leave();

    expect(await room.lines(site, 2)).toEqual(['view /', 'left /']);
    const [, left] = await room.hits(site, 2);
    const within = (value: number | undefined, expected: number, rounding: number): void => {
      expect(Math.abs((value ?? NaN) - expected)).toBeLessThanOrEqual(expected * 0.05 + rounding);
    };
    within(left!.vitals?.lcp, library.lcp, 1);
    within(left!.vitals?.inp, library.inp, 1);
    within(left!.vitals?.cls, library.cls, 1e-4);
    expect(library.cls).toBeGreaterThan(0.01);
    expect(person.errors).toEqual([]);
  });
});
