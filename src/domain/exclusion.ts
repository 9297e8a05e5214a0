import { displayPath } from './page-path.ts';
import { cleanText, utf8Length } from './text.ts';

const MAX_PATTERN_BYTES = 2048;

export type PathPatternResult =
  | { readonly ok: true; readonly pattern: string }
  | { readonly ok: false; readonly reason: string };

/**
 * A pattern as an admin types it, for `pathMatcher`: a whole path that starts with `/`, or with `*` for "any start".
 * White space around it is cut; at most 2,048 bytes, as no longer path is ever recorded.
 */
export function validatePathPattern(text: string): PathPatternResult {
  const pattern = cleanText(text).trim();
  if (!/^[/*]/.test(pattern)) return { ok: false, reason: 'must start with / or *' };
  if (utf8Length(pattern) > MAX_PATTERN_BYTES) {
    return { ok: false, reason: `must be at most ${MAX_PATTERN_BYTES} bytes` };
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(pattern)) return { ok: false, reason: 'must not contain control characters' };
  return { ok: true, pattern };
}

/**
 * Tells whether a page's path, as stored, matches one of the patterns. A pattern stands for the *whole* path; `*` in
 * it for any characters, `/` included, or for none. Everything else is literal, case included; `/caf%C3%A9` is the
 * same as `/café`, as paths are stored decoded. A pattern meets a path with the site's own query keys either with them
 * or without: `/search` excludes `/search?q=shoes` too.
 *
 * No regular expression is built, so no pattern can blow up: each part between two stars is searched for once.
 */
export function pathMatcher(patterns: readonly string[]): (pathname: string) => boolean {
  const exact = new Set<string>();
  const wild: (readonly string[])[] = [];
  for (const pattern of patterns) {
    const parts = pattern.split('*').map(displayPath);
    if (parts.length === 1) exact.add(parts.join());
    else wild.push(parts);
  }
  const matches = (path: string): boolean => exact.has(path) || wild.some((parts) => matchesParts(path, parts));
  return (pathname) => {
    if (matches(pathname)) return true;
    const bare = withoutQuery(pathname);
    return bare !== pathname && matches(bare);
  };
}

/** In a stored path `?` only ever starts the query, and a route behind it starts with `#`; others are encoded. */
function withoutQuery(pathname: string): string {
  const start = pathname.indexOf('?');
  if (start < 0) return pathname;
  const route = pathname.indexOf('#', start);
  return pathname.slice(0, start) + (route < 0 ? '' : pathname.slice(route));
}

/** The first part must start the path and the last one end it; the leftmost find of every other is as good as any. */
function matchesParts(path: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  const end = path.length - last.length;
  if (end < first.length || !path.startsWith(first) || !path.endsWith(last)) return false;
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i += 1) {
    const part = parts[i] ?? '';
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
    if (at > end) return false;
  }
  return true;
}
