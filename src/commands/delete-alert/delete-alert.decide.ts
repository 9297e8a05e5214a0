import { seesSite, type Sight, type Sighted } from '../../domain/sight.ts';
import type { EventOf } from '../../log/events/event.ts';
import { NotFound } from '../../platform/errors.ts';

export type AlertDeleted = EventOf<'AlertDeleted'>;

/** What the database knows when it is decided. */
export interface DeleteAlertState<A extends { readonly id: string; readonly site: string }> {
  readonly alert: A | undefined;
  /** The alert's site. */
  readonly site: Sighted | undefined;
}

/** @throws NotFound: one answer for "not there" and "not yours" */
export function decideDeleteAlert<A extends { readonly id: string; readonly site: string }>(
  { alert, site }: DeleteAlertState<A>,
  sight: Sight,
): { readonly event: AlertDeleted; readonly alert: A } {
  if (alert === undefined || site === undefined || !seesSite(sight, site)) {
    throw new NotFound('There is no such alert.');
  }
  return { event: { type: 'AlertDeleted', schemaVersion: 1, data: { id: alert.id, site: alert.site } }, alert };
}
