import type { Sight } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { applyAlertEvent } from '../../models/alerts/alert.fold.ts';
import { lockAlert, type AlertRow } from '../../models/alerts/alert.read.ts';
import { readSite } from '../../models/sites/site.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import type { DeletedAlert } from './delete-alert.command.ts';
import { decideDeleteAlert, type DeleteAlertState } from './delete-alert.decide.ts';

/** What the command's handler does. See `DeleteAlert`. */
export function deleteAlert(
  db: Db,
  id: string,
  sight: Sight,
  context: CommandContext,
  clock: Clock,
): Promise<DeletedAlert> {
  return runCommand(db, 'DeleteAlert', context, clock, async (tx) => {
    const { event, alert } = decideDeleteAlert(await readState(tx, id), sight);
    const { metric, operator, threshold, window } = alert;
    return {
      ...event,
      stream: `alert:${alert.id}`,
      version: alert.version,
      site: alert.site,
      before: { id: alert.id, site_id: alert.site, metric, operator, threshold, window },
      after: null,
      private: { before: { email: alert.email } },
      result: { id: alert.id, version: alert.version + 1 },
      apply: (tx, version) => applyAlertEvent(tx, { event, version, private: null }),
    };
  });
}

async function readState(tx: Tx, id: string): Promise<DeleteAlertState<AlertRow>> {
  const alert = isUuid(id) ? await lockAlert(tx, id) : undefined;
  return { alert, site: alert && (await readSite(tx, alert.site)) };
}
