import { sql } from 'kysely';

/**
 * Pages are read with the breakdown, whose metrics entry, exit and path are. Of each version: the columns of `pages`
 * that tell how far people scrolled.
 */
export const pagesReads = {
  1: { scroll: sql`0 as scroll, 0 as scrolled` },
  2: { scroll: sql`coalesce(scroll, 0) as scroll, coalesce(scrolled, 0) as scrolled` },
};
