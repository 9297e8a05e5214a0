import type { BrowserContextOptions } from 'playwright-core';

import { startTestServer, type TestServer } from '../e2e/harness.ts';
import { launchChromium } from './chromium.ts';
import { lineOf, readHits, type LoggedHit } from './logged.ts';
import { newPerson, type Person } from './person.ts';
import { pagesOf, scriptTag, type SiteSetup, type TestSite } from './site.ts';
import { startHostServer } from './static-server.ts';

export { closeTab, type Person } from './person.ts';
export { CHROMIUM, inBrowser } from './chromium.ts';
export { scriptTag, type Page as SitePage, type SiteSetup, type TestSite } from './site.ts';
export type { LoggedHit } from './logged.ts';

/**
 * A place to try what is in a page with: the whole application with a database of its own, a Chromium, and web servers
 * of any number of sites. One for a spec file, one person and one site for a test.
 * ```ts
 * inBrowser('a static site', () => {
 *   let room: Room;
 *   beforeAll(async () => { room = await openRoom(); });
 *   afterAll(() => room?.close());
 *
 *   it('has its pages counted', async () => {
 *     const site = await room.site({ pages: { '/': '<a href="/b">on</a>', '/b': 'there' } });
 *     const person = await room.person();
 *     const page = await person.open(`${site.origin}/`);
 *     await page.click('a');
 *     await person.leave();
 *     expect(await room.lines(site, 4)).toEqual(['view /', 'left /', 'view /b ← /', 'left /b']);
 *     expect(person.errors).toEqual([]);
 *   });
 * });
 * ```
 */
export interface Room {
  readonly antics: TestServer;
  /** Of Antics, as pages see it: `http://stats.test:40321`, another site than theirs. */
  readonly stats: string;
  /** Registers a site at a host of its own and serves its pages, with the tracker on each. */
  site(setup: SiteSetup): Promise<TestSite>;
  person(options?: BrowserContextOptions): Promise<Person>;
  /**
   * All that is in the log of a site, in its order, once at least so many hits are, and whatever was under way
   * besides has arrived too. Fewer where no more come within some seconds, so that a test shows what is missing.
   */
  hits(site: TestSite, atLeast: number): Promise<LoggedHit[]>;
  /** The same, a line each: see `lineOf`. */
  lines(site: TestSite, atLeast: number): Promise<string[]>;
  /** Serves another host, such as a proxy's, as `http://name.test:port`. Gives its origin. */
  serve(name: string, answer: Parameters<Awaited<ReturnType<typeof startHostServer>>['serve']>[1]): string;
  close(): Promise<void>;
}

const ARRIVES_MS = 10_000;

export async function openRoom(env: Record<string, string> = {}): Promise<Room> {
  const [antics, browser, web] = await Promise.all([startTestServer(env), launchChromium(), startHostServer()]);
  const { db } = antics.database;
  const stats = `http://stats.test:${new URL(antics.server.baseUrl).port}`;
  let sites = 0;

  const site = async (setup: SiteSetup): Promise<TestSite> => {
    const host = `s${++sites}.test:${web.port}`;
    const id = setup.isRegistered === false ? '' : (await antics.createSite({ domain: host })).id;
    if (setup.settings) {
      const set = await antics.ask(`/api/sites/${id}`, { method: 'PUT', body: setup.settings });
      if (set.status !== 200) throw new Error(set.text);
    }
    const made = { host, origin: `http://${host}`, id, requests: [] as string[] };
    web.serve(host, pagesOf(made, setup, scriptTag(`${stats}/antics.js`, setup.tag)));
    return made;
  };

  // A hit of its own site that is sent last is logged last.
  const beacon = await site({ pages: { '/': '' }, head: '' });
  const watcher = await newPerson(browser);
  const sender = await watcher.open(`${beacon.origin}/`);
  const sendLast = (): Promise<unknown> =>
    sender.evaluate(`fetch('${stats}/api/event', { method: 'POST', body: JSON.stringify({ n: 'last', u: location.href }) })
      .then((answer) => { if (answer.status !== 202) throw new Error(answer.status); })`);

  const hits = async (of: TestSite, atLeast: number): Promise<LoggedHit[]> => {
    const end = Date.now() + ARRIVES_MS;
    while ((await readHits(db, of.id)).length < atLeast && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await sendLast();
    return readHits(db, of.id);
  };

  return {
    antics,
    stats,
    site,
    person: (options) => newPerson(browser, options),
    hits,
    lines: async (of, atLeast) => (await hits(of, atLeast)).map((hit) => lineOf(hit, of.host)),
    serve(name, answer) {
      const host = `${name}.test:${web.port}`;
      web.serve(host, answer);
      return `http://${host}`;
    },
    async close() {
      await browser.close();
      await web.close();
      await antics.stop();
    },
  };
}
