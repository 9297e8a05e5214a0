import * as rules from '../../domain/alert.ts';
import { seesSite, type Sight, type Sighted } from '../../domain/sight.ts';
import type { EventOf } from '../../log/events/event.ts';
import { Conflict, InvalidInput, NotFound, type FieldError } from '../../platform/errors.ts';
import type { NewAlert } from './create-alert.command.ts';

export type AlertCreated = EventOf<'AlertCreated'>;

/** More would be a slow check, and a mistake. */
export const MAX_ALERTS_OF_SITE = 100;

/** The fields as they will be stored: the address with its domain in ASCII. */
export type CheckedAlert = Omit<NewAlert, 'window'>;

/** @throws InvalidInput naming each field that is wrong by itself */
export function checkAlert(alert: NewAlert): CheckedAlert {
  const faults: Record<string, rules.Fault> = {
    metric: rules.metricFault(alert.metric),
    operator: rules.operatorFault(alert.operator),
    threshold: rules.thresholdFault(alert.threshold, alert.metric),
    email: rules.emailFault(alert.email),
    window: rules.windowFault(alert.window),
  };
  const errors = Object.entries(faults).flatMap(([field, detail]): FieldError[] =>
    detail === undefined ? [] : [{ pointer: `/${field}`, detail }],
  );
  const email = errors.length === 0 ? rules.plainAddress(alert.email) : null;
  if (email === null) {
    throw new InvalidInput(`${errors.map((e) => `${e.pointer.slice(1)} ${e.detail}`).join('; ')}.`, errors);
  }
  const { site_id, metric, operator } = alert;
  // Of the two zeros JSON keeps one.
  return { site_id, metric, operator, threshold: alert.threshold + 0, email };
}

/** What the database knows when it is decided. */
export interface CreateAlertState {
  readonly site: Sighted | undefined;
  /** How many alerts the site has. */
  readonly alerts: number;
}

/** @throws NotFound, Conflict */
export function decideCreateAlert(
  alert: CheckedAlert,
  state: CreateAlertState,
  made: { readonly id: string; readonly sight: Sight; readonly now: Date },
): AlertCreated {
  // One answer for "not there" and "not yours".
  if (state.site === undefined || !seesSite(made.sight, state.site)) throw new NotFound('There is no such site.');
  if (state.alerts >= MAX_ALERTS_OF_SITE) throw new Conflict(`A site has at most ${MAX_ALERTS_OF_SITE} alerts.`);
  return {
    type: 'AlertCreated',
    schemaVersion: 1,
    data: {
      id: made.id,
      site: state.site.id,
      metric: alert.metric,
      operator: alert.operator,
      threshold: alert.threshold,
      window: '24h',
      created_at: made.now.toISOString(),
    },
  };
}
