/** Provider of the `Db` (role `reader`) on which questions are asked. */
export const READER = Symbol('READER');
