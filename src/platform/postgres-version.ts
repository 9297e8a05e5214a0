import { OperatorError } from './errors.ts';

const OLDEST = 15;

/**
 * Refuses a server older than PostgreSQL 15.
 * @param versionNumber what `show server_version_num` says, such as `150004`
 */
export function requireSupportedPostgres(versionNumber: string): void {
  const number = Number(versionNumber);
  if (number >= OLDEST * 10_000) return;
  const version = number >= 100_000 ? `${Math.floor(number / 10_000)}` : `${number / 10_000}`;
  throw new OperatorError(
    `DATABASE_URL leads to PostgreSQL ${version}, and Antics needs ${OLDEST} or newer: upgrade it, ` +
      'or unset DATABASE_URL to use the embedded one.',
  );
}
