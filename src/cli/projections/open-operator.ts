import type { Config } from '../../platform/config.ts';
import { openOperatorDatabase, type Operator } from '../../projections/operate/operator.ts';
import { readSpamHosts } from '../../projections/operate/spam-file.ts';
import { CATALOG } from '../../projections/views.ts';

export interface OperatorDeps {
  readConfig: () => Config;
  /** Opens the database of the configuration, migrated. */
  openGround: (config: Config, log: (line: string) => void) => Promise<{ url: string; stop(): Promise<void> }>;
  /** What was asked for: standard output. */
  out: (line: string) => void;
  /** Progress and errors: standard error. */
  err: (line: string) => void;
  /** Whether `err` goes to a terminal. */
  isTerminal: boolean;
}

export interface CliOperator extends Operator {
  /** Of the database, as owner. */
  readonly url: string;
}

/** Runs what an operator asks for, beside a running server or without one. */
export async function withOperator<T>(deps: OperatorDeps, run: (operator: CliOperator) => Promise<T>): Promise<T> {
  const config = deps.readConfig();
  const spamHosts = await readSpamHosts(config.referrerSpamFile);
  const ground = await deps.openGround(config, deps.err);
  const database = openOperatorDatabase({
    url: ground.url,
    applicationName: 'antics operator',
    onError: () => undefined, // what runs rejects besides
  });
  try {
    return await run({ database, catalog: CATALOG, spamHosts, url: ground.url });
  } finally {
    await database.close();
    await ground.stop();
  }
}
