import { validateDomain } from '../../domain/host.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { readSites } from '../../models/sites/site.read.ts';
import type { Db } from '../../platform/database.ts';
import { NotFound } from '../../platform/errors.ts';

/** The ids of sites that are named by id or by domain. Null for none: no limit. @throws NotFound */
export async function siteIdsOf(db: Db, named: readonly string[]): Promise<readonly string[] | null> {
  if (named.length === 0) return null;
  const sites = await readSites(db, EVERYTHING);
  return named.map((name) => {
    const domain = validateDomain(name);
    const site = isUuid(name)
      ? sites.find(({ id }) => id === name.toLowerCase())
      : sites.find((one) => domain.ok && one.domain === domain.domain);
    if (site === undefined) throw new NotFound(`There is no site ${JSON.stringify(name)}.`);
    return site.id;
  });
}
