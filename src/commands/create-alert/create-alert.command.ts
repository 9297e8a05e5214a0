import { Command } from '@nestjs/cqrs';
import type { AlertMetric, AlertOperator } from '../../domain/alert.ts';
import type { Sight } from '../../domain/sight.ts';
import type { CommandContext } from '../command-context.ts';

export interface NewAlert {
  /** Public id of the site. */
  readonly site_id: string;
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  /** Of `bounce_rate` a share from 0 to 1. */
  readonly threshold: number;
  /** One plain address; see `plainAddress`. */
  readonly email: string;
  /** Default: `24h`, the only one. */
  readonly window?: '24h' | null | undefined;
}

/** As the API shows it; it was not checked yet. */
export type CreatedAlert = {
  readonly id: string;
  readonly site_id: string;
  readonly metric: AlertMetric;
  readonly operator: AlertOperator;
  readonly threshold: number;
  readonly email: string;
  readonly window: '24h';
  /** Of the alert's stream. */
  readonly version: number;
};

/**
 * Watches a figure of a site. Rejects with `InvalidInput` naming each field, `NotFound` for a site that is not there or
 * not in sight, or `Conflict` when the site has as many alerts as it may.
 */
export class CreateAlert extends Command<CreatedAlert> {
  readonly alert: NewAlert;
  /** Which sites the asker sees. */
  readonly sight: Sight;
  readonly context: CommandContext;

  constructor(alert: NewAlert, sight: Sight, context: CommandContext) {
    super();
    this.alert = alert;
    this.sight = sight;
    this.context = context;
  }
}
