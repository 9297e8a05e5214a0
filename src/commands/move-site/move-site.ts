import type { Sight } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { lockFolder, type FolderRow } from '../../models/folders/folder.read.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { toChangedSite, type ChangedSite } from '../changed-site.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import { lockSeenSite } from '../seen-site.ts';
import { decideMoveSite } from './move-site.decide.ts';

export interface MoveSiteInput {
  readonly id: string;
  readonly folderId: string | null;
  readonly sight: Sight;
  readonly visitors: number | null;
}

/** Puts a site into a folder or into none: what the command's handler does. See `MoveSite`. */
export async function moveSite(
  db: Db,
  { id, folderId, sight, visitors }: MoveSiteInput,
  context: CommandContext,
  clock: Clock,
): Promise<ChangedSite> {
  return runCommand(db, 'MoveSite', context, clock, async (tx) => {
    // The folder before the site, as where a folder goes: the other way round, each could wait for the other.
    const folder = await findFolder(tx, folderId);
    const site = await lockSeenSite(tx, id, sight);
    const { version } = site;
    const event = decideMoveSite(site, folder);
    if (event === null) {
      return { nothingToDo: true, site: site.id, version, result: toChangedSite(site, visitors) };
    }
    const { folder_id } = event.data;
    return {
      ...event,
      stream: `site:${site.id}`,
      version,
      site: site.id,
      before: { folder_id: site.folder_id },
      after: { folder_id },
      result: toChangedSite({ ...site, folder_id, version: version + 1 }, visitors),
      apply: (tx, version) => applySiteEvent(tx, { event, version, private: null }),
    };
  });
}

async function findFolder(tx: Tx, id: string | null): Promise<FolderRow | null | undefined> {
  if (id === null) return null;
  return isUuid(id) ? lockFolder(tx, id) : undefined;
}
