import { newestViews, type Catalog } from '../../src/projections/catalog.ts';
import { CATALOG } from '../../src/projections/views.ts';

const newest = newestViews(CATALOG);

/**
 * A catalog for each version of a view that a database may still hold and nothing makes any more: the newest of the
 * others, and that one. The laws are asked of them all, since they are folded until no database holds them.
 */
export const OLDER_VERSIONS: readonly (readonly [name: string, Catalog])[] = CATALOG.views
  .filter((view) => !newest.includes(view))
  .map(({ name, version }) => {
    const views = CATALOG.views.filter((other) => other.name !== name || other.version <= version);
    return [`${name} v${version}`, { ...CATALOG, views }];
  });
