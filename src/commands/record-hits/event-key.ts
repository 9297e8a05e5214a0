import type { Sighted } from '../../domain/sight.ts';

/** What of a site decides whether a key may write its events. */
export type KeySite = Omit<Sighted, 'group'>;

/**
 * Whether an `Authorization` header shows a valid key with the scope `events:write` (or `admin`) for this site.
 *
 * @param authorization the header as sent
 * @param site null where the hit names no known site: then for any site at all
 */
export type CanWriteEvents = (authorization: string | undefined, site: KeySite | null) => Promise<boolean>;
