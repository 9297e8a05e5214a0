import type { EventOf } from '../../log/events/event.ts';
import { FOLDER_RULE, invalidFields } from '../invalid-fields.ts';

export interface MoveState {
  readonly id: string;
  readonly site_id: number;
  readonly folder_id: string | null;
  readonly account: string | null;
}

interface Folder {
  readonly id: string;
  readonly account: string | null;
}

/**
 * @param folder null: none is wanted; undefined: there is none of that id
 * @returns null where the site is there already
 * @throws InvalidInput
 */
export function decideMoveSite(site: MoveState, folder: Folder | null | undefined): EventOf<'SiteMoved'> | null {
  // Another account's folder is as good as none.
  if (folder === undefined || (folder !== null && folder.account !== site.account)) {
    throw invalidFields([{ pointer: '/folder_id', detail: FOLDER_RULE }]);
  }
  const folder_id = folder?.id ?? null;
  if (folder_id === site.folder_id) return null;
  return { type: 'SiteMoved', schemaVersion: 1, data: { id: site.id, site_id: site.site_id, folder_id } };
}
