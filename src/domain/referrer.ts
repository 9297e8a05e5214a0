import { canonicalHostOfUrl } from './host.ts';
import { cleanText, utf8Length } from './text.ts';

const MAX_REFERRER_BYTES = 2048;
const ACCEPTED = /^\s*(?:https?|android-app):\/\/[^/\\]/i;
/** A package name: `com.reddit.frontpage`. */
const PACKAGE = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/**
 * What is kept of a referrer: scheme, canonical ASCII host (`www.` cut, any port but 80 and 443) and path, as in
 * `https://news.example.org/post` or `android-app://com.reddit.frontpage`. Userinfo, query, fragment and trailing
 * slashes go, as they may carry secrets and would split one source into many. The path stays percent-encoded.
 *
 * @returns null for null and for everything that is no http, https or android-app URL; scheme and host alone where
 *   the referrer or what is kept of it is longer than 2,048 bytes. Never throws. Idempotent.
 */
export function cleanReferrer(r: string | null): string | null {
  if (r === null) return null;
  const text = cleanText(r);
  const url = ACCEPTED.test(text) ? URL.parse(text) : null;
  if (url === null) return null;
  const host = url.protocol === 'android-app:' ? packageOf(url) : canonicalHostOfUrl(url);
  if (host === null) return null;
  const root = `${url.protocol}//${host}`;
  const whole = root + withoutTrailingSlashes(url.pathname);
  return utf8Length(text) > MAX_REFERRER_BYTES || utf8Length(whole) > MAX_REFERRER_BYTES ? root : whole;
}

/** The host of a cleaned referrer, port included. Equals SQL's `split_part(referrer, '/', 3)`. */
export function referrerHost(cleaned: string): string {
  return cleaned.split('/', 3)[2] ?? '';
}

/** The URL parser knows no rules for this scheme, so the name is checked and lower-cased here. */
function packageOf(url: URL): string | null {
  const name = url.hostname.toLowerCase();
  return name.length <= 253 && PACKAGE.test(name) ? name : null;
}

/** A loop, as `/\/+$/` takes quadratic time on slashes that are not at the end. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === 0x2f) end -= 1;
  return path.slice(0, end);
}
