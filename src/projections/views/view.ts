import type { Tx } from '../../platform/database.ts';
import type { Scratch } from '../facts/batch.tables.ts';
import type { FrontierMove } from '../facts/frontier.ts';
import type { Names } from '../facts/names.ts';
import type { Run } from '../facts/run.ts';

/**
 * A version of a view. It folds the deltas of a batch (`visit_delta`, `batch_hit`, `time_delta`, `old_visit`; see
 * `facts/batch.tables.ts`) into its own tables. Three laws hold for each, and are tested: any split of the log into
 * batches gives the same rows; a repeated batch changes nothing; built from nothing it equals the live one.
 *
 * A version never changes what it answers once it served somewhere: that is the next version, in a folder beside it,
 * and both are folded until no database holds the older one.
 */
export interface View {
  readonly name: string;
  readonly version: number;
  /** Tables, without the generation's schema. */
  readonly tables: readonly string[];
  /** Temporary tables of its own, made once a connection, empty at the beginning of each fold. */
  readonly scratch?: readonly Scratch[];
  create(tx: Tx, names: Names): Promise<void>;
  /** Gives `run` its statements; whoever folds it runs them. */
  fold(run: Run, names: Names, move: FrontierMove): Promise<void>;
  /**
   * Of a view that is no sum over days: what a bulk build does once, when all facts up to `target` are there, in place of
   * folding their days one after the other.
   */
  build?(tx: Tx, names: Names, target: bigint): Promise<void>;
}
