import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium of this machine, as found in `PATH`; undefined: it has none. */
export const CHROMIUM = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find(existsSync);

/** `describe`, skipped and counted as such where the machine has no Chromium. */
export const inBrowser = CHROMIUM ? describe : describe.skip;

/** Of a person's browser. Headless Chromium says by its own that it is none, and counts as a bot. */
export const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

/**
 * A Chromium for which each `*.test` is this machine. Nothing of its own goes over the network.
 * Its back/forward cache is on, as people have it, where Playwright switches it off.
 */
export function launchChromium(): Promise<Browser> {
  if (!CHROMIUM) throw new Error('There is no Chromium in PATH');
  return chromium.launch({
    executablePath: CHROMIUM,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    args: [
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      `--user-agent=${USER_AGENT}`,
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
