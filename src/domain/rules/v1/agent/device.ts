/** Classes of devices; stored elsewhere by name. */
export const DEVICE_CLASSES = ['mobile', 'tablet', 'desktop', 'tv'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/** Sets, boxes and consoles: whatever hangs on a television. */
const TV = new RegExp(
  [
    'smart-?tv',
    'apple ?tv',
    'google ?tv',
    'android ?tv',
    'hbbtv',
    'netcast',
    'web0s',
    'web[o0]s[^)]*\\btv\\b',
    '\\btv safari',
    '\\btizen[^)]*\\btv\\b',
    '\\bbravia\\b',
    '\\bviera\\b',
    '\\baquos',
    'philipstv',
    '\\broku\\b',
    '\\bcrkey\\b',
    '\\bdtv\\b',
    '\\bmitv|mibox',
    'playstation (?!vita|portable)',
    '\\bxbox\\b',
    'nintendo (?:switch|wii)',
  ].join('|'),
  'i',
);
// Amazon's boxes: AFTT, AFTMM, AFTKA …; capitals only, or every "after" would be one.
const FIRE_TV = /\bAFT[A-Z0-9]{1,6}\b/;
// A "Mac" that is mobile, or runs the iOS edition of Firefox, is an iPad that asks for desktop pages.
const TABLET =
  /\bipad\b|tablet(?! pc)|\bkindle\b|\bsilk\/|playbook|nexus (?:7|9|10)\b|macintosh.* (?:fxios|mobile)\//i;
const MOBILE = new RegExp(
  [
    '(?<!like )\\b(?:iphone|ipod)\\b',
    '\\bmobile\\b|\\bmobi\\b',
    'windows phone|iemobile',
    'opera mini|opera mobi|midp',
    'blackberry|\\bbb10\\b',
    'kaios|nokia|symbian|series ?[46]0',
    'playstation (?:vita|portable)',
  ].join('|'),
  'i',
);
const ANDROID = /(?<!like )\bandroid\b/i;
const DESKTOP = /windows|macintosh|mac_powerpc|x11|linux|\bcros\b|bsd\b/i;

/**
 * Class of the device as far as the user agent says it; null where it does not. An Android without "Mobile" is a tablet
 * (Google's own convention). An iPad that asks for desktop pages cannot be told from a Mac: its width decides.
 */
export function deviceClassOf(userAgent: string): DeviceClass | null {
  if (TV.test(userAgent) || FIRE_TV.test(userAgent)) return 'tv';
  // Amazon's Silk is a tablet's unless it says Mobile (the Fire Phone).
  if (TABLET.test(userAgent) && !/\bsilk\/.*\bmobile\b/i.test(userAgent)) return 'tablet';
  if (MOBILE.test(userAgent)) return 'mobile';
  if (ANDROID.test(userAgent)) return 'tablet';
  return DESKTOP.test(userAgent) ? 'desktop' : null;
}

/**
 * Device of a visitor: the user agent where it says phone, tablet or TV; else by the viewport's width in CSS pixels
 * (< 768 mobile, < 1,024 tablet, else desktop); where there is no width, what the user agent says after all.
 */
export function deviceOf(agentDevice: DeviceClass | null, width: number | null): DeviceClass | null {
  if (width === null || (agentDevice !== null && agentDevice !== 'desktop')) return agentDevice;
  if (width < 768) return 'mobile';
  return width < 1024 ? 'tablet' : 'desktop';
}
