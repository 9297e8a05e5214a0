/** Headers of a request by their names in small letters, as Node gives them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers in which machines give themselves away although their user agent is a browser's. */
export const BOT_HEADERS: readonly { readonly name: string; readonly says: RegExp }[] = [
  { name: 'sec-ch-ua', says: /headless/i },
  // Crawlers leave an address to complain to: `googlebot(at)googlebot.com`.
  { name: 'from', says: /bot|crawl|spider/i },
  // Web Bot Auth: agents sign their requests and name their key directory.
  { name: 'signature-agent', says: /\S/ },
  { name: 'x-datadog-origin', says: /^synthetics/i },
];

/** By which browsers say why they fetch. */
export const PURPOSE_HEADERS = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;
const NOT_SEEN = /(?:^|[\s;,"=])(?:prefetch|prerender|preview)(?:$|[\s;,"=])/i;

/** True where a header says that a machine asks. */
export function isBotByHeaders(headers: Headers): boolean {
  return BOT_HEADERS.some(({ name, says }) => says.test(textOf(headers[name])));
}

/** True where the browser fetched the page ahead (`Sec-Purpose: prefetch;prerender` …): nobody has seen it yet. */
export function isPrefetch(headers: Headers): boolean {
  return PURPOSE_HEADERS.some((name) => NOT_SEEN.test(textOf(headers[name])));
}

function textOf(value: string | readonly string[] | undefined): string {
  return value === undefined || typeof value === 'string' ? (value ?? '') : value.join(', ');
}
