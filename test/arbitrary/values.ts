import fc from 'fast-check';

/** Few values of each kind, so that they collide, and the odd ones that broke somebody's query once. */

const LONG = 'x'.repeat(2030);

export const paths = fc.constantFrom(
  ...['/', '/', '/', '/', '/', '/a', '/a', '/a', '/b', '/b', '/c'],
  '/ünïcode/日本語/🙂',
  '/a -> /b',
  '/"quoted",{braces}',
  "/it's\\back\\slash",
  '/%ff%00',
  '/search?q=shoes',
  '/A',
  `/${LONG}1`,
  `/${LONG}2`,
);

/** Sets of patterns that a site excludes: often one of many pages, now and then none again. */
export const patterns = fc.constantFrom<string[]>(
  ...[['/a'], ['/a', '/c'], ['/b*'], ['*üni*🙂'], ['/search'], ['/*x1', '/nothing'], ['/'], [], [], ['/*']],
);

export const hostnames = fc.constantFrom(
  ...['example.com', 'example.com', 'shop.example.com', 'bücher.example', 'localhost'],
);

export const names = fc.constantFrom('Signup', 'Signup', 'Outbound Link: Click', 'NULL', 'Größe 🙂', 'Engagement');

export const userAgents = fc.constantFrom(
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 ' +
    'Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 ' +
    'Chrome/125.0.0.0 Safari/537.36',
  'Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) Version/8.0 TV Safari/537.36',
  'Something nobody knows',
  '(not recorded)',
);

export const bots = fc.constantFrom(
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'curl/8.11.0',
  '',
);

export const referrers = fc.constantFrom(
  'https://google.com',
  'https://google.com/maps',
  'https://chatgpt.com/c/1',
  'https://t.co/abc',
  'https://blog.partner.example/post',
  'https://example.com/a',
  'https://shop.example.com',
  'http://localhost:3000/x',
  'android-app://com.reddit.frontpage',
  'https://xn--bcher-kva.example/1',
  `https://long.example/${LONG}`,
);

export const queries = fc.constantFrom(
  'utm_source=newsletter&utm_medium=email&utm_campaign=spring',
  'utm_source=google&utm_medium=cpc&utm_term=shoes&utm_content=a',
  'utm_source=GOOGLE',
  'utm_campaign=spring',
  'utm_source=%22%2C%7B%7D%5C&utm_medium=gr%C3%B6%C3%9Fe',
  `utm_term=${LONG}`,
  'source=hn',
  'ref=partner',
  'q=shoes',
);

export const clickIds = fc.constantFrom('gclid', 'fbclid', 'msclkid');

export const props = fc.constantFrom(
  '{"plan":"pro"}',
  '{"plan":"free","größe":"🙂"}',
  '{"__proto__":"x","constructor":"y"}',
  '{}',
);

/** The log may hold what is no number; from a thousand on figures have three digits. */
export const vitals = fc.constantFrom(
  ...['{"lcp":1200,"inp":80,"cls":0.02}', '{"lcp":1200,"inp":80,"cls":0.02}', '{"lcp":1205}', '{"lcp":999.5,"inp":8}'],
  ...['{"inp":0,"cls":0}', '{"cls":0.1235}', '{"lcp":3600000,"cls":1000}', '{"lcp":99999,"cls":0.1234}'],
  ...['{"lcp":"fast","inp":null,"cls":[1]}', '{"lcp":5e12,"inp":-3}', '{}'],
);

export const widths = fc.constantFrom(null, 1, 320, 767, 768, 1023, 1024, 1920, 100_000);

export const countries = fc.constantFrom(null, 'DE', 'DE', 'US', 'NP');

/** Of engagement; a day of it for one view is more than a 4-byte sum of a few holds. */
export const reportedMs = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(0, 1, 1_000, 12_345, 600_000, 1_799_999, 1_800_000, 86_400_000) },
  { weight: 1, arbitrary: fc.constant(null) },
);

export const secondsOnPageLeft = fc.constantFrom(null, null, null, 0, 5_000, 1_800_001, 86_400_000);

/** Extremes of 64 bits, whose texts sort otherwise than their values. */
export const visitors = fc.constantFrom(1n, 2n, 10n, -1n, 2n ** 63n - 1n, -(2n ** 63n));
