import type { EventOf } from '../../log/events/event.ts';

/** Whatever is in it or asks for it: a site can be deleted. */
export function decideDeleteSite(site: { readonly id: string; readonly site_id: number }): EventOf<'SiteDeleted'> {
  return { type: 'SiteDeleted', schemaVersion: 1, data: { id: site.id, site_id: site.site_id } };
}
