import { domainToASCII } from 'node:url';

/**
 * `Content-Disposition` of a download (RFC 6266): a name that any client takes, and beside it the real one where that
 * has other letters (RFC 8187).
 */
export function attachment(name: string): string {
  const plain = name.replace(/[^\w.-]/g, '_');
  return plain === name
    ? `attachment; filename="${name}"`
    : `attachment; filename="${asciiName(name)}"; filename*=UTF-8''${encode(name)}`;
}

/** Such as `example.com_pathname_2026-10-25_2026-11-23.csv`. */
export function exportName(domain: string, what: string, from: string, to: string): string {
  return [domain, ...(what === '' ? [] : [what]), from, to].join('_') + '.csv';
}

function asciiName(name: string): string {
  const [domain = '', ...rest] = name.split('_');
  return [domainToASCII(domain) || domain, ...rest].join('_').replace(/[^\w.-]/g, '_');
}

/** encodeURIComponent leaves characters that the header's grammar has no place for. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
