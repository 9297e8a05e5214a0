/** Provider of the `Db` (role `writer`) on which the admin's commands run. */
export const WRITER = Symbol('WRITER');
