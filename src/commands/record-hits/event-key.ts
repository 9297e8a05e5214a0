/**
 * Whether an `Authorization` header shows a valid key with the scope `events:write` (or `admin`) for this site.
 *
 * @param authorization the header as sent
 * @param siteId the site's public id; null where the hit names no known site: then for any site at all
 */
export type CanWriteEvents = (authorization: string | undefined, siteId: string | null) => Promise<boolean>;
