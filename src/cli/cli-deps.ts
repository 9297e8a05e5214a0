import { AnticsError } from '../platform/errors.ts';
import type { Store } from './store.ts';

/** What the command line needs of the world; main hands it in. */
export interface CliDeps {
  /** Runs the server until a signal ends it. */
  serve(): Promise<void>;
  /** The same, with a demo site; see `seedDemo`. */
  demo(): Promise<void>;
  openStore(): Promise<Store>;
  version: string;
  /** What was asked for: standard output. */
  out: (line: string) => void;
  /** Progress and errors: standard error. */
  err: (line: string) => void;
  /** Whether `err` goes to a terminal. */
  isTerminal: boolean;
}

/** Exit codes, as shells know them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A command ended early because somebody pressed Ctrl-C, and has said so. */
export class Interrupted extends AnticsError {
  readonly code = 'interrupted';
}

/** A command has told its outcome, and ends with this exit code. */
export class ExitCode extends AnticsError {
  readonly code = 'exit';
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}
