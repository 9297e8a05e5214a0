import { Query } from '@nestjs/cqrs';
import type { AlertMetric, AlertOperator, AlertState } from '../../domain/alert.ts';
import type { Sight } from '../../domain/sight.ts';

export interface ListedAlert {
  readonly id: string;
  readonly site_id: string;
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly threshold: number;
  readonly email: string;
  readonly window: '24h';
  readonly state: AlertState;
  /** When it was last judged by figures. */
  readonly last_checked_at: Date | null;
  /** When the mail server last took a mail of it. */
  readonly last_mailed_at: Date | null;
  /** Its latest mail was tried and did not go. */
  readonly hasTrouble: boolean;
  readonly version: number;
}

/**
 * The alerts of the sites in sight, or of one of them, in the order in which they were made. Rejects with `NotFound` for
 * a site that is not in sight.
 */
export class ListAlerts extends Query<readonly ListedAlert[]> {
  /**
   * @param site public id, of any form; undefined: of all sites in sight
   * @param id only the one of this id; what is no UUID is no alert
   */
  constructor(
    readonly sight: Sight,
    readonly site?: string,
    readonly id?: string,
  ) {
    super();
  }
}
