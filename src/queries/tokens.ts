/** Provider of the `Database` (role `reader`) that queries read. */
export const READER = Symbol('READER');

/** Provider of the `Clock` that says what "today" and "the last 5 minutes" are. */
export const QUERY_CLOCK = Symbol('QUERY_CLOCK');
