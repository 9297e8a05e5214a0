import type { Selectable } from 'kysely';
import { seesSite, type Sight } from '../domain/sight.ts';
import { isUuid } from '../domain/uuid.ts';
import { readFolder } from '../models/folders/folder.read.ts';
import { lockSite } from '../models/sites/site.read.ts';
import type { SitesTable } from '../models/sites/sites.tables.ts';
import type { Tx } from '../platform/database.ts';
import { NotFound } from '../platform/errors.ts';

/**
 * The site as it is, and nobody else changes it before the transaction ends. Asked within the command, after its
 * `Idempotency-Key`: the answer to a deletion is replayed although the site is gone.
 * @param id anything; what is no UUID is no site
 * @throws NotFound, the same for one that is not there and for one that is not the asker's
 */
export async function lockSeenSite(tx: Tx, id: string, sight: Sight): Promise<Selectable<SitesTable>> {
  const site = isUuid(id) ? await lockSite(tx, id) : undefined;
  if (site === undefined || !seesSite(sight, { ...site, group: await groupOf(tx, site, sight) })) {
    throw new NotFound('There is no such site.');
  }
  return site;
}

async function groupOf(tx: Tx, site: Selectable<SitesTable>, sight: Sight): Promise<string | null> {
  if (sight.groups === null || site.folder_id === null) return null;
  return (await readFolder(tx, site.folder_id))?.authelia_group ?? null;
}
