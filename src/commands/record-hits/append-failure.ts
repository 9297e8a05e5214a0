/**
 * What to do about an append that failed:
 * - `data`: a row is at fault, others may be good.
 * - `no_partition`: the positions left the last partition (or a constraint was violated: SQLSTATE is the same).
 * - `passing`: the server, the connection or a lock is at fault, and the outcome may be unknown: again, by the same id.
 */
export type AppendFailure = 'data' | 'no_partition' | 'passing';

const CHECK_VIOLATION = '23514';
/** Classes of SQLSTATE: data exception, integrity violation, a limit of the server exceeded. */
const AT_FAULT_IS_DATA = /^(?:22|23|54)[0-9A-Z]{3}$/;

export function appendFailure(thrown: unknown): AppendFailure {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === CHECK_VIOLATION) return 'no_partition';
  if (typeof code === 'string') return AT_FAULT_IS_DATA.test(code) ? 'data' : 'passing';
  // Ours, from making the statement; what the driver throws for a lost connection is a plain Error.
  return thrown instanceof TypeError || thrown instanceof RangeError ? 'data' : 'passing';
}
