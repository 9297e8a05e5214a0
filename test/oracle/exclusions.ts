import type { Db } from '../../src/platform/database.ts';

/** What of a row of the log it takes. */
interface Row {
  site_id: number;
  position: string;
  pathname: string;
  excluded_paths?: readonly string[];
}

/** What a site's owner said at a place of the log: these whole paths are left out from there on. */
export interface Exclusion {
  siteId: number;
  position: bigint;
  patterns: readonly string[];
}

/** Every `SiteChanged` that speaks of excluded paths, in the order of the log. */
export async function readExclusions(db: Db): Promise<Exclusion[]> {
  const events = await db
    .selectFrom('log_events')
    .select(['position', 'data'])
    .where('type', '=', 'SiteChanged')
    .orderBy('position')
    .execute();
  return events.flatMap(({ position, data }) => {
    const { site_id: siteId, changes } = data as { site_id: number; changes: { excluded_paths?: string[] } };
    return changes.excluded_paths === undefined
      ? []
      : [{ siteId, position: BigInt(position), patterns: changes.excluded_paths }];
  });
}

/** Gives each row the patterns that its site had last named when it came. */
export function withExclusions<R extends Row>(rows: readonly R[], exclusions: readonly Exclusion[]): R[] {
  const bySite = Map.groupBy(exclusions, (one) => one.siteId);
  return rows.map((row) => {
    const last = bySite.get(row.site_id)?.findLast((one) => one.position < BigInt(row.position));
    return last === undefined || last.patterns.length === 0 ? row : { ...row, excluded_paths: last.patterns };
  });
}

/** A pattern is a whole path; `*` stands for any characters. A page's own query does not save it. */
export function isExcluded({ pathname, excluded_paths: patterns = [] }: Row): boolean {
  return patterns.some((pattern) => {
    const text = pattern.split('*').map(literal).join('.*');
    return new RegExp(`^${text}(?:\\?[^#]*)?$`, 'su').test(pathname) || new RegExp(`^${text}$`, 'su').test(pathname);
  });
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
