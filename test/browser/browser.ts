import type { BrowserContextOptions } from 'playwright-core';

import { launchChromium, newPerson, type Person } from './person.ts';
import { openRoomOf, type Room } from './room.ts';
import { startTabs, type Tabs } from './tabs.ts';

export { CHROMIUM, inBrowser } from './chromium.ts';
export type { LoggedHit } from './logged.ts';
export { closeTab, type Person } from './person.ts';
export { scriptTag, type SitePage, type SiteSetup, type TestSite } from './site.ts';

/** A room with a Chromium in it, for any number of people. */
export interface BrowserRoom extends Room {
  person(options?: BrowserContextOptions): Promise<Person>;
}

/**
 * A place to try what is in a page with: the whole application with a database of its own, a Chromium, and web servers
 * of any number of sites. One for the parts of a spec file, one person and one site for a test.
 * ```ts
 * inBrowser('a static site', () => {
 *   let room: BrowserRoom;
 *   beforeAll(async () => { room = await sharedRoom(); });
 *
 *   it('has its pages counted', async () => {
 *     const site = await room.site({ pages: { '/': '<a href="/b">on</a>', '/b': 'there' } });
 *     const person = await room.person();
 *     const page = await person.open(`${site.origin}/`);
 *     await page.click('a');
 *     await page.waitForURL('**' + '/b');
 *     await person.leave();
 *     expect(await room.lines(site, 4)).toEqual(['view /', 'left /', 'view /b ← /', 'left /b']);
 *     expect(person.errors).toEqual([]);
 *   });
 * });
 * ```
 * @param env of Antics, such as `{ ANTICS_RATE_LIMIT: … }`
 */
export async function openRoom(env?: Record<string, string>): Promise<BrowserRoom> {
  const browser = await launchChromium();
  const openPage = async (url: string) => {
    const page = await newPerson(browser).then((watcher) => watcher.open(url));
    return (expression: string) => page.evaluate<unknown>(expression);
  };
  try {
    const room = await openRoomOf(openPage, env);
    return {
      ...room,
      person: (options) => newPerson(browser, options),
      async close() {
        await browser.close();
        await room.close();
      },
    };
  } catch (e) {
    await browser.close();
    throw e;
  }
}

let shared: Promise<BrowserRoom> | undefined;

/** The room of all parts of a spec file, opened by the first that asks. The file closes it. */
export function sharedRoom(): Promise<BrowserRoom> {
  return (shared ??= openRoom());
}

export async function closeSharedRoom(): Promise<void> {
  // Where it could not be opened, each part has said so.
  const room = await shared?.catch(() => undefined);
  shared = undefined;
  await room?.close();
}

/** A room with a Chromium whose tabs hide one another and lose the focus, and which prerenders, as people's do. */
export interface TabsRoom extends Room {
  readonly tabs: Tabs;
}

/** As `openRoom`, for what has to do with tabs that nobody looks at. */
export async function openTabsRoom(env?: Record<string, string>): Promise<TabsRoom> {
  const tabs = await startTabs();
  try {
    const room = await openRoomOf(async (url) => {
      const tab = await tabs.open(url);
      return (expression) => tab.evaluate(expression);
    }, env);
    return {
      ...room,
      tabs,
      async close() {
        await tabs.close();
        await room.close();
      },
    };
  } catch (e) {
    await tabs.close();
    throw e;
  }
}
