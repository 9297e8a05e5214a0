import type { Db } from '../../src/platform/database.ts';
import type { RebuildProgress } from '../../src/projections/rebuild/rebuilds.read.ts';
import { requestRebuild, type RequestedRebuild } from '../../src/projections/rebuild/request.ts';
import { workOnRebuild, type WorkOptions } from '../../src/projections/rebuild/work.ts';
import { CATALOG } from '../../src/projections/views.ts';

const TESTER = { kind: 'cli', name: 'cli:test' } as const;

/** Asks for a rebuild, as a command does. */
export function request(db: Db, name = 'all', siteId?: number): Promise<RequestedRebuild> {
  return db
    .transaction()
    .execute((tx) => requestRebuild(tx, { name, actor: TESTER, ...(siteId === undefined ? {} : { siteId }) }));
}

export type Working = Partial<WorkOptions> & { url: string };

export const workOn = (rebuildId: number, o: Working): Promise<RebuildProgress> =>
  workOnRebuild(rebuildId, { catalog: CATALOG, spamHosts: [], ...o });

/** Asks for a rebuild and works on it until it has ended. */
export async function rebuildNow(db: Db, o: Working & { name?: string; siteId?: number }): Promise<RebuildProgress> {
  const { rebuildId } = await request(db, o.name, o.siteId);
  return workOn(rebuildId, o);
}
