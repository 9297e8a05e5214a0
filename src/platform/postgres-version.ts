import { OperatorError } from './errors.ts';

const OLDEST = 15;

/**
 * Refuses a server older than PostgreSQL 15.
 * @param versionNumber what `show server_version_num` says, such as `150004`
 */
export function requireSupportedPostgres(versionNumber: string): void {
  const number = Number(versionNumber);
  if (number >= OLDEST * 10_000) return;
  // Before 10 the second number was part of the major version: 90624 is 9.6.24.
  const major = Math.floor(number / 10_000);
  const version = major >= 10 ? `${major}` : `${major}.${Math.floor((number % 10_000) / 100)}`;
  throw new OperatorError(
    `DATABASE_URL leads to PostgreSQL ${version}, and Antics needs ${OLDEST} or newer: upgrade it, ` +
      'or unset DATABASE_URL to use the embedded one.',
  );
}
