import type { EmbeddedPostgres } from '../../src/platform/embedded/embedded.ts';

/** What the set-up leaves for the tear-down. Both run in Jest's own process, each with modules of its own. */
export interface Shared {
  folder?: string;
  embedded?: EmbeddedPostgres;
  template?: string;
}

const KEY = Symbol.for('antics.test');
const holder = globalThis as { [KEY]?: Shared };
export const shared: Shared = (holder[KEY] ??= {});
