import type { Tx } from '../platform/database.ts';

/** Name of the job that erases what was deleted. */
export const ERASE_SITES = 'erase-sites';

/** Has deleted sites erased, if and when the transaction commits. */
export type EnqueueErasure = (tx: Tx) => Promise<void>;

/** Provider of an `EnqueueErasure`. */
export const ENQUEUE_ERASURE = Symbol('ENQUEUE_ERASURE');
