/** How loudly a failure is told in the log: a user's mistake is no operator's alarm. */
export type FailureLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * What went wrong, in the words of the domain. Rooms throw these; one filter in `http` maps `code` to a status, and
 * the CLI prints `message`. No status here: the same error answers a command line too.
 * `message` is shown to the caller: no SQL, no path of the machine, no secret.
 */
export abstract class AnticsError extends Error {
  abstract readonly code: string;
  readonly logLevel: FailureLevel = 'info';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** One wrong field: a JSON pointer into the body (`/p/plan`) or a parameter's name, and what would be right. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** Read, but not as it must be. */
export class InvalidInput extends AnticsError {
  readonly code = 'invalid_input';
  readonly errors: readonly FieldError[];

  constructor(message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.errors = errors;
  }
}

/** Read and understood, and not enough to act upon. */
export class Incomplete extends AnticsError {
  readonly code = 'incomplete';
  readonly errors: readonly FieldError[];

  constructor(message: string, errors: readonly FieldError[]) {
    super(message);
    this.errors = errors;
  }
}

export class TooLarge extends AnticsError {
  readonly code = 'too_large';
}

/** Nobody known is asking. */
export class NotSignedIn extends AnticsError {
  readonly code = 'not_signed_in';
}

/** Somebody known is asking for what they may not do. */
export class NotAllowed extends AnticsError {
  readonly code = 'not_allowed';
}

/** Not there, or not the asker's: one answer for both, so that nobody can probe for names. */
export class NotFound extends AnticsError {
  readonly code = 'not_found';
}

/** Another one has it already, such as a domain. */
export class Conflict extends AnticsError {
  readonly code = 'conflict';
  readonly errors: readonly FieldError[];

  /** @param errors the fields that another one has, where the request has several */
  constructor(message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.errors = errors;
  }
}

/** `If-Match` named another version than the stream has. */
export class VersionMismatch extends AnticsError {
  readonly code = 'version_mismatch';
}

/** An idempotency key that came before with another body. */
export class KeyReused extends AnticsError {
  readonly code = 'idempotency_key_reused';
}

export class TooMany extends AnticsError {
  readonly code = 'too_many';
  override readonly logLevel = 'debug';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Not now: the database is away, a queue is full, a view is suspended (`code` tells which). */
export class Unavailable extends AnticsError {
  override readonly logLevel = 'warn';
  readonly code: string;
  readonly retryAfterSeconds: number;

  constructor(code: string, message: string, retryAfterSeconds: number, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The server cannot start, or not go on, until its operator does what the message says. */
export class OperatorError extends AnticsError {
  readonly code = 'operator';
  override readonly logLevel = 'fatal';
}

/** The message of anything that was thrown, for a log line: never the object, which carries SQL and values. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(messageOf).join('; ');
  return thrown instanceof Error ? thrown.message : String(thrown);
}
