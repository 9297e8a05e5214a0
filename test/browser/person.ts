import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

import { CHROMIUM, CHROMIUM_FLAGS, USER_AGENT } from './chromium.ts';

/**
 * Chromium driven by Playwright: real mouse and keys. It takes each tab for visible and focused, and prerenders
 * nothing; for that there is `startTabs`. Its back/forward cache is on, as people have it.
 */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM!,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: CHROMIUM_FLAGS,
  });
}

/** Somebody with a browser that has never been anywhere. */
export interface Person {
  readonly context: BrowserContext;
  /** What any of the pages complained about: uncaught errors, unhandled rejections, errors on the console. */
  readonly errors: readonly string[];
  /** A new tab with this page in it, once the page is loaded. */
  open(url: string): Promise<Page>;
  /** Closes all tabs, as a person does: the pages are told. */
  leave(): Promise<void>;
}

export async function newPerson(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
  const context = await browser.newContext({ userAgent: USER_AGENT, viewport: { width: 1280, height: 720 }, ...options });
  const errors: string[] = [];
  context.on('weberror', (e) => void errors.push(String(e.error())));
  context.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  return {
    context,
    errors,
    async open(url) {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    async leave() {
      await Promise.all(context.pages().map((page) => closeTab(page)));
      await context.close();
    },
  };
}

/** As a person closes a tab: the page is asked, told that it is hidden, and gone. */
export async function closeTab(page: Page): Promise<void> {
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
}
