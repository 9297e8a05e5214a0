/** The views that can be counted anew. */
export const RECOUNTED_VIEWS = ['summary', 'pages', 'breakdown', 'paths', 'live', 'vitals'] as const;
export type RecountedView = (typeof RECOUNTED_VIEWS)[number];

/** A figure that is not what the log says. Plain JSON; values of keys as texts (a path, a country), never as hashes. */
export interface RecountExample {
  site: number;
  /** Of a roll-up: the first day of its period. Null: the table has no days. */
  day: string | null;
  table: string;
  /** What else the row is found by, such as `{"path": "/pricing"}`. */
  key: Record<string, string>;
  /** A column; `rows` where the row itself is missing (1 expected, 0 found) or should not be there. */
  measure: string;
  /** From the log. Null: there is no such row. */
  expected: number | string | null;
  /** In the view. Null: there is no such row. */
  found: number | string | null;
}

export interface RecountOfView {
  view: RecountedView;
  /** Rows compared: those that the log asks for, and those that are there besides. */
  rows: number;
  /** Figures that differ, in all. */
  differences: number;
  /** Up to a hundred of them. */
  examples: RecountExample[];
}

export interface RecountReport {
  /** Everything up to this position of the log was counted, as of one moment. */
  position: number;
  /** Hits that the log has there for the sites and days asked for, counted in figures or not. */
  hits: number;
  seconds: number;
  views: RecountOfView[];
  /** What was asked for and could not be compared, and why: a sentence each. */
  leftOut: string[];
}
