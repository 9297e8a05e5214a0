import { validateDomain } from '../../domain/host.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { readSites } from '../../models/sites/site.read.ts';
import type { Db } from '../../platform/database.ts';
import { NotFound } from '../../platform/errors.ts';

/** The site that is named by its public id or its domain: its number. Undefined where none is named. @throws NotFound */
export async function siteNumbered(db: Db, named: string | undefined): Promise<number | undefined> {
  if (named === undefined) return undefined;
  const sites = await readSites(db, EVERYTHING);
  const domain = validateDomain(named);
  const site = isUuid(named)
    ? sites.find(({ id }) => id === named.toLowerCase())
    : sites.find((one) => domain.ok && one.domain === domain.domain);
  if (site === undefined) throw new NotFound(`There is no site ${JSON.stringify(named)}.`);
  return site.site_id;
}
