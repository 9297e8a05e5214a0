/** What a source is, as far as the channel asks. */
export const CATEGORIES = ['search', 'social', 'video', 'shopping', 'email', 'ai'] as const;
export type Category = (typeof CATEGORIES)[number];

/**
 * Name of a source → its hosts, separated by spaces; the name `''` stands for "named as the host itself".
 * - `example.com`: that host and every host below it.
 * - `=example.com`: that host alone (and its `m.`, `mobile.`, `amp.`), for companies whose other hosts are something
 *   else, and for hosts below which strangers live.
 * - `example.{}`, `=example.{}`: the same under `com`, a country, or a country's `co`, `com`, `net`, `org`, `ne`, `or`.
 */
export type HostTable = Readonly<Record<string, string>>;
