import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

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
 * Each `*.test` is this machine, and pages of `*.site.test` are in a secure context as those of most sites are, though
 * they come over http. Nothing of the browser's own goes over the network.
 */
export const CHROMIUM_FLAGS = [
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  '--unsafely-treat-insecure-origin-as-secure=*.site.test',
  `--user-agent=${USER_AGENT}`,
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
