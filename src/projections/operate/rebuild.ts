import type { Actor } from '../../domain/actor.ts';
import type { Tx } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { readRebuilds } from '../rebuild/rebuilds.read.ts';
import { requestRebuild } from '../rebuild/request.ts';
import { listedRebuild, type ListedRebuild } from './list.read.ts';
import { projectionNamed } from './projection-names.ts';

export interface RebuildAsked {
  readonly name: string;
  readonly siteId: number | undefined;
  readonly actor: Actor;
}

/**
 * Enters a rebuild for the workers, or joins the one that is under way, and answers how far it is.
 * @throws NotFound (the name); Conflict where another rebuild is in the way
 */
export async function askForRebuild(tx: Tx, catalog: Catalog, { name: asked, siteId, actor }: RebuildAsked): Promise<ListedRebuild> {
  const name = projectionNamed(catalog, asked);
  const { rebuildId } = await requestRebuild(tx, { name, actor, ...(siteId === undefined ? {} : { siteId }) });
  const [progress] = await readRebuilds(tx, { rebuildId });
  if (progress === undefined) throw new Error(`there is no rebuild ${rebuildId}`);
  return listedRebuild(progress);
}
