/** The name tells where a key came from, so that the next value of the variable can replace it. */
export const ENVIRONMENT_KEY = 'ANTICS_ADMIN_KEY';
