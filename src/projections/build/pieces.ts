/** Positions of the log after `from`, up to and with `to`. */
export interface HitRange {
  readonly from: bigint;
  readonly to: bigint;
  /** Positions to leave out: parked, or discarded. */
  readonly parked: readonly string[];
  /** Only hits of this site. */
  readonly siteId?: number;
  /** Days that were copied from elsewhere, up to and with `day` (`YYYY-MM-DD`), by site: their hits are left out. */
  readonly frozen?: readonly { readonly siteId: number; readonly day: string }[];
}

/** Whole local days of one site, both included: days of one month, or several whole months. */
export interface DayPiece {
  readonly siteId: number;
  /** First day of the month of `fromDay`. Pieces that share it, and the site, are built in order. */
  readonly month: string;
  readonly fromDay: string;
  readonly toDay: string;
  /** Rows of `hit`. */
  readonly hits: number;
}

export interface BuildDaysOptions {
  /** False where `visit` is there already and views alone are built upon living facts. */
  readonly writeVisits: boolean;
}
