import { execFileSync } from 'node:child_process';
import { until } from '../e2e/harness.ts';
import { inBrowser, sharedRoom, type BrowserRoom, type TestSite } from './browser.ts';

/** By the command line: esbuild's library does not run within Jest. */
function bundled(source: string): string {
  return execFileSync('node_modules/.bin/esbuild', ['--bundle', '--format=iife'], { input: source, encoding: 'utf8' });
}

inBrowser('Plausible’s trackers, as they are on npm', () => {
  let room: BrowserRoom;
  let elsewhere: string;
  beforeAll(async () => {
    room = await sharedRoom();
    elsewhere = room.serve('elsewhere', (_request, response) => void response.end('somewhere else'));
  });

  /** A site with `source` bundled on its pages. */
  const siteWith = (source: string): Promise<TestSite> => {
    const script = bundled(source);
    const body =
      '<a id="file" href="/paper.pdf" onclick="event.preventDefault()">file</a> ' +
      `<a id="out" href="${elsewhere}/x?y=1" onclick="event.preventDefault()">out</a> ` +
      '<form onsubmit="return false"><button id="send">send</button></form>';
    return room.site({
      pages: { '/': body, '/b': body },
      // The tracker does not count in a browser that a machine drives, unless told so.
      head: '<script>window.__plausible = true</script><script defer src="/app.js"></script>',
      answer: (request, response) => {
        if (request.url !== '/app.js') return false;
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
        return true;
      },
    });
  };
  const summaryOf = ({ id }: TestSite, pageviews: number, events: number) =>
    until(10_000, async () => {
      const { summary } = (await room.antics.ask(`/api/stats/${id}?period=today`)).json;
      return summary.pageviews >= pageviews && summary.events >= events ? summary : undefined;
    });
  const eventsOf = async ({ id }: TestSite): Promise<string[]> => {
    const { breakdown } = (await room.antics.ask(`/api/stats/${id}?period=today&metric=event`)).json;
    return (breakdown as { value: string; events: number }[]).map(({ value, events }) => `${value}: ${events}`).sort();
  };

  it('@plausible-analytics/tracker says what a person did', async () => {
    const site = await siteWith(
      `import { init, track } from '@plausible-analytics/tracker';
      init({ domain: location.host, endpoint: '${room.stats}/api/event', outboundLinks: true, fileDownloads: true,
        formSubmissions: true, customProperties: { theme: 'dark' } });
      window.track = track;`,
    );
    const person = await room.person();
    const page = await person.open(`${site.origin}/?utm_source=hn`);
    await page.evaluate(`track('Signup', { props: { plan: 'pro' }, revenue: { amount: 10.29, currency: 'EUR' } });
      track('Seen', { interactive: false })`);
    await page.click('#file');
    await page.click('#out');
    await page.click('#send');
    await page.evaluate(`history.pushState(null, '', '/b')`);
    await room.hits(site, 8);
    await person.leave();

    const dark = '"theme":"dark"';
    // Sent at once, they arrive in any order.
    expect((await room.lines(site, 9)).sort()).toEqual([
      `File Download /?utm_source=hn {"url":"${site.origin}/paper.pdf",${dark}}`,
      `Form: Submission /?utm_source=hn {${dark}}`,
      `Outbound Link: Click /?utm_source=hn {"url":"${elsewhere}/x?y=1",${dark}}`,
      `Seen /?utm_source=hn {${dark}}`,
      `Signup /?utm_source=hn {"plan":"pro",${dark}}`,
      `left /?utm_source=hn {${dark}}`,
      `left /b {${dark}}`,
      `view /?utm_source=hn {${dark}}`,
      `view /b {${dark}}`,
    ]);
    const hits = await room.hits(site, 9);
    expect(hits.find(({ name }) => name === 'Signup')?.revenue).toEqual({ amount: 10.29, currency: 'EUR' });
    expect(hits.filter(({ interactive }) => !interactive).map(({ name }) => name)).toEqual(['Seen']);
    for (const { seconds, scroll } of hits.filter(({ name }) => name === 'engagement')) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(scroll).toBe(100); // of a page that is not longer than its window
    }
    expect(await summaryOf(site, 2, 5)).toMatchObject({ visitors: 1, visits: 1, pageviews: 2, events: 5 });
    expect(await eventsOf(site)).toEqual([
      ...['File Download: 1', 'Form: Submission: 1', 'Outbound Link: Click: 1', 'Seen: 1', 'Signup: 1'],
    ]);
    expect(person.errors).toEqual([]);
  });

  it('@plausible-analytics/tracker with a hash router', async () => {
    const site = await siteWith(
      `import { init } from '@plausible-analytics/tracker';
      init({ domain: location.host + ',all.example', endpoint: '${room.stats}/api/event', hashBasedRouting: true });`,
    );
    const person = await room.person();
    const page = await person.open(`${site.origin}/#/start`);
    await page.evaluate(`location.hash = '#/about'`);
    await room.hits(site, 3);
    await person.leave();
    // Of the two sites that it names one is here.
    expect((await room.lines(site, 4)).sort()).toEqual(['left /#/about', 'left /#/start', 'view /#/about', 'view /#/start']);
    expect(person.errors).toEqual([]);
  });

  it('plausible-tracker says what a person did', async () => {
    const site = await siteWith(
      `import Plausible from 'plausible-tracker';
      const plausible = Plausible({ domain: location.host, apiHost: '${room.stats}' });
      plausible.enableAutoPageviews();
      plausible.enableAutoOutboundTracking();
      window.plausible = plausible;`,
    );
    const person = await room.person();
    const page = await person.open(`${site.origin}/`);
    await page.evaluate(`plausible.trackEvent('signup', { props: { plan: 'pro', seats: 3 } });
      history.pushState(null, '', '/b')`);
    await page.click('#out');
    await page.waitForURL(`${elsewhere}/**`); // it goes there by itself, a moment later
    expect((await room.lines(site, 4)).sort()).toEqual([
      `Outbound Link: Click /b {"url":"${elsewhere}/x?y=1"}`,
      'signup / {"plan":"pro","seats":"3"}',
      'view /',
      'view /b',
    ]);
    await person.leave();
    expect((await room.hits(site, 4)).map(({ width }) => width)).toEqual([1280, 1280, 1280, 1280]);
    expect(await summaryOf(site, 2, 2)).toMatchObject({ visitors: 1, visits: 1, pageviews: 2, events: 2 });
  });
});
