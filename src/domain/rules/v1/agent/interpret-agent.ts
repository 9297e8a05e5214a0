import { isBotAgent } from './bot.ts';
import { browserOf } from './browser.ts';
import { type DeviceClass, deviceClassOf } from './device.ts';
import { osOf } from './os.ts';

export { type DeviceClass, deviceOf } from './device.ts';

export interface Agent {
  /** Family, never a version; null where it is none that we know. */
  browser: string | null;
  os: string | null;
  /** As far as the user agent says it; `deviceOf` joins it with the width. */
  device: DeviceClass | null;
  bot: boolean;
}

/** Longer user agents are read up to here, as the log stores them: regular expressions take their time by length. */
const LONGEST = 512;

/**
 * Browser, system, class of device and bot of a user agent. Pure and total: any string, never an error. Part of version 1
 * of the rules.
 *
 *     interpretAgent('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')
 *     // { browser: 'Firefox', os: 'Linux', device: 'desktop', bot: false }
 */
export function interpretAgent(userAgent: string): Agent {
  const text = userAgent.slice(0, LONGEST);
  return { browser: browserOf(text), os: osOf(text), device: deviceClassOf(text), bot: isBotAgent(text) };
}
