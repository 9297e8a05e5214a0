import type { AccessLine } from './access-line.ts';

/** Of the rules in this file; noted with each file that was read by them. */
export const PAGE_LINE_RULES = 1;

/** Why a line is no page view. */
export type NoPage = 'asset' | 'method' | 'status' | 'no_document';

/** What pages are made of, and what machines fetch. In small letters. */
const ASSET_EXTENSIONS = new Set([
  ...['css', 'js', 'mjs', 'cjs', 'map', 'json', 'xml', 'rss', 'atom', 'txt', 'webmanifest', 'wasm', 'ts', 'tsx', 'vue', 'scss'],
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'svg', 'svgz', 'ico', 'bmp', 'tif', 'tiff', 'jxl', 'heic', 'cur'],
  ...['woff', 'woff2', 'ttf', 'otf', 'eot'],
  ...['mp3', 'mp4', 'm4a', 'm4v', 'm4s', 'm3u8', 'mpd', 'ogg', 'oga', 'ogv', 'opus', 'wav', 'flac', 'webm', 'mov', 'avi', 'vtt', 'srt'],
  ...['pdf', 'zip', 'gz', 'tgz', 'bz2', 'xz', 'zst', '7z', 'rar', 'tar', 'dmg', 'exe', 'msi', 'deb', 'rpm', 'apk', 'iso', 'bin'],
  ...['doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'odt', 'ods', 'odp', 'csv', 'ics', 'epub'],
]);
/** Longer ones are no extensions of ours. */
const LONGEST_EXTENSION = 11;

const HTML = /^\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|$)/i;

/** Whether the path alone says that it is no page: by its extension, or a place that is made for machines. */
export function isAssetUri(uri: string): boolean {
  let end = uri.length;
  for (let i = 0; i < uri.length; i++) {
    const code = uri.charCodeAt(i);
    if (code === 0x3f || code === 0x23) {
      end = i;
      break;
    }
  }
  if (uri.startsWith('/.well-known/')) return true;
  const dot = uri.lastIndexOf('.', end - 1);
  if (dot < 0 || end - dot - 1 > LONGEST_EXTENSION || uri.lastIndexOf('/', end - 1) > dot) return false;
  return ASSET_EXTENSIONS.has(uri.slice(dot + 1, end).toLowerCase());
}

/**
 * Why a line is no page view; null: it is one. A page view is a GET that was answered by 2xx and is no asset. Where the
 * log has the headers for it, more is known: browsers say what they fetch for (`Sec-Fetch-Dest: document`), and a page
 * is HTML. 304 is left out: it is no 2xx, and whether it answers a person or a machine that asks for news is not said.
 */
export function whyNoPage(line: AccessLine): NoPage | null {
  if (isAssetUri(line.uri)) return 'asset';
  if (line.method !== 'GET') return 'method';
  if (line.status < 200 || line.status > 299) return 'status';
  const dest = line.headers['sec-fetch-dest'];
  if (dest !== undefined && dest !== 'document') return 'no_document';
  if (line.contentType !== null && !HTML.test(line.contentType)) return 'no_document';
  return null;
}
