import type { EventOf } from '../../log/events/event.ts';

export interface FolderToDelete {
  readonly id: string;
  /** Those in it. `version`: of each site's stream. */
  readonly sites: readonly { readonly id: string; readonly site_id: number; readonly version: number }[];
}

/** A site that leaves its folder, by an event of its own: its version tells that it has changed. */
export interface SiteLeaves {
  readonly event: EventOf<'SiteMoved'>;
  /** Before it. */
  readonly version: number;
}

/** Whatever is in it: a folder can be deleted. */
export function decideDeleteFolder({ id, sites }: FolderToDelete): {
  readonly deleted: EventOf<'FolderDeleted'>;
  readonly moved: readonly SiteLeaves[];
} {
  return {
    deleted: { type: 'FolderDeleted', schemaVersion: 1, data: { id } },
    moved: sites.map(({ version, ...site }) => ({
      event: { type: 'SiteMoved', schemaVersion: 1, data: { ...site, folder_id: null } },
      version,
    })),
  };
}
