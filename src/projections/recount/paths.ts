import { sql } from 'kysely';

import type { Tx } from '../../platform/database.ts';
import { termId } from '../facts/terms.ts';
import { makeTemporary } from './temporary.ts';
import { visitsBy } from './visits.ts';

export const PATHS_MEASURES = ['visitors', 'visits'] as const;

/** Makes `recount_paths`: a row a site, day and sequence of pages, found by the key of the text of its steps. */
export async function makePaths(tx: Tx): Promise<void> {
  await makeTemporary(
    tx,
    'paths',
    sql`select site_id, day, ${termId(sql`steps::text`)} as sequence, steps, sum(visitors) as visitors, sum(visits) as visits
      from ${visitsBy('steps', sql`v.steps`)} x group by 1, 2, steps`,
    ['site_id', 'day', 'sequence'],
  );
}
