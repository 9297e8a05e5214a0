import { readSite } from '../models/sites/site.read.ts';
import { isUuid } from '../domain/uuid.ts';
import type { Db } from '../platform/database.ts';
import { InvalidInput, NotFound } from '../platform/errors.ts';

/** Provider of the `Operator`: as whom projections are rebuilt, switched and compared. */
export const OPERATOR = Symbol('OPERATOR');

/** The number of the site that an operator names by its public id. @throws NotFound, InvalidInput where it is no id */
export async function siteNumber(db: Db, id: unknown): Promise<number | undefined> {
  if (id === undefined || id === null) return undefined;
  if (typeof id !== 'string') {
    throw new InvalidInput('site_id must be the id of a site.', [{ pointer: '/site_id', detail: 'must be the id of a site' }]);
  }
  const site = isUuid(id) ? await readSite(db, id) : undefined;
  if (site === undefined) throw new NotFound('There is no such site.');
  return site.site_id;
}
