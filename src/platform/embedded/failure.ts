import { AnticsError, messageOf, OperatorError } from '../errors.ts';
import type { Account } from './account.ts';

/** Says what the operator can do about a server that could not be made or started. */
export function explainFailure(thrown: unknown, home: string, account: Account | undefined): AnticsError {
  if (thrown instanceof AnticsError) return thrown;
  const said = messageOf(thrown);
  const who = account?.name ?? 'this user';
  if (/ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/i.test(said)) {
    return new OperatorError(`The disk of ${home} is full: make room there, or set ANTICS_DATA_DIR.`, {
      cause: thrown,
    });
  }
  if (/EROFS|Read-only file system/i.test(said)) {
    return new OperatorError(`${home} is read-only: set ANTICS_DATA_DIR to a folder that ${who} can write to.`, {
      cause: thrown,
    });
  }
  if (/EACCES|EPERM|Permission denied|wrong ownership|not permitted/i.test(said)) {
    return new OperatorError(
      `${who} may not use ${home}: start Antics as the user who made it, or set ANTICS_DATA_DIR. (${lastLine(said)})`,
      { cause: thrown },
    );
  }
  return new OperatorError(
    `The embedded PostgreSQL did not start: ${lastLine(said)}. More in ${home}/postgres.log; ` +
      'a PostgreSQL of your own is used when DATABASE_URL names it.',
    { cause: thrown },
  );
}

/** The last line that names a failure, else the last one at all: PostgreSQL ends with hints. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /FATAL|PANIC|error:/i.test(line)) ?? lines.at(-1) ?? 'no reason given';
  return telling.replace(/^.*?(?:FATAL|PANIC|error):\s*/i, '').trim();
}
