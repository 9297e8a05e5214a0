/** A row of a projection's table, by column. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * What the laws need of the engine: one generation of the projections, with its own tables and its own checkpoint,
 * over the log of one database. Positions run from 1; a new generation stands at 0.
 */
export interface Folder {
  /** Every table that its facts and registered views fill, by a name that is the same in all generations. */
  readonly tables: readonly string[];
  /**
   * Folds what lies between the checkpoint and `position`, in one batch. Up to where it stands already: does nothing.
   * In this order of positions, whatever the log has beyond.
   */
  foldUpTo(position: bigint): Promise<void>;
  /** All rows of a table, in any order, without what tells generations apart. */
  rows(table: string): Promise<Row[]>;
  /** The same generation in a new process: whatever was held in memory is gone. */
  restarted(): Promise<Folder>;
}

/** Makes generations. The laws leave them behind: each works in a database that is dropped. */
export interface Engine {
  /** Standing at 0, with empty tables. */
  newGeneration(): Promise<Folder>;
}
