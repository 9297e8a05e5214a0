/** A site as an operator knows it. */
export interface ComparedSite {
  /** Public id. */
  readonly id: string;
  readonly domain: string;
}

/** A figure that is not the same. Plain JSON; keys as texts (a path, a country), never as hashes. */
export interface DifferingFigure {
  /** `facts` for the hits and visits that views are folded from. */
  readonly view: string;
  readonly table: string;
  readonly site: ComparedSite;
  /** What the row is found by: `{day: '2026-03-02', path: '/pricing'}`. Of a roll-up: the first day of its period. */
  readonly key: Readonly<Record<string, string>>;
  /** A column; `row` where the whole row is missing and has no figures. Of facts: `rows` of the day, or `checksum`. */
  readonly measure: string;
  /** In what serves. Null: there is no such row. */
  readonly before: number | string | null;
  /** In the generation that is compared with it. */
  readonly after: number | string | null;
}

export interface ComparedTable {
  readonly table: string;
  readonly view: string;
  /** The larger of both counts. */
  readonly rows: number;
  /** Rows that are not the same in both, or in one alone; of facts: days of sites with such rows. */
  readonly differs: number;
}

/** Two generations as they stood at the same position, in one snapshot. Plain JSON. */
export interface Comparison {
  readonly name: string;
  readonly generation: number;
  /** What it was compared with. */
  readonly serving: number;
  readonly position: number;
  /** Nothing differs of what could be compared, and the generation can be read (`suspended` is empty). */
  readonly equal: boolean;
  readonly tables: readonly ComparedTable[];
  /** The sum of what differs in the tables. */
  readonly differences: number;
  /** Up to a hundred, of each table some. */
  readonly examples: readonly DifferingFigure[];
  /** Views of the generation whose own fold failed: whatever serves, it must not take its place. */
  readonly suspended: readonly string[];
  /** What was not compared, and why: a sentence each. */
  readonly leftOut: readonly string[];
  readonly seconds: number;
}
