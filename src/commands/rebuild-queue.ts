import type { Tx } from '../platform/database.ts';

/** Has workers look for rebuilds; where a transaction is given, if and when it commits. */
export type EnqueueRebuilds = (tx?: Tx) => Promise<void>;

/** Provider of an `EnqueueRebuilds`. */
export const ENQUEUE_REBUILDS = Symbol('ENQUEUE_REBUILDS');
