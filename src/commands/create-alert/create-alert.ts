import type { Sight } from '../../domain/sight.ts';
import { isUuid } from '../../domain/uuid.ts';
import { applyAlertEvent } from '../../models/alerts/alert.fold.ts';
import { countAlerts } from '../../models/alerts/alert.read.ts';
import { lockSite, readSite } from '../../models/sites/site.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import type { CreatedAlert, NewAlert } from './create-alert.command.ts';
import { checkAlert, decideCreateAlert, type CreateAlertState } from './create-alert.decide.ts';

/** What the command's handler does. See `CreateAlert`. */
export async function createAlert(
  db: Db,
  alert: NewAlert,
  sight: Sight,
  context: CommandContext,
  clock: Clock,
): Promise<CreatedAlert> {
  const checked = checkAlert(alert);
  return runCommand(db, 'CreateAlert', context, clock, async (tx, now) => {
    const state = await readState(tx, checked.site_id);
    const event = decideCreateAlert(checked, state, { id: uuid7(now.getTime()), sight, now });
    const { created_at, site, ...shown } = event.data;
    const after = { ...shown, site_id: site };
    const withAddress = { after: { email: checked.email } };
    return {
      ...event,
      stream: `alert:${event.data.id}`,
      version: 0,
      site,
      before: null,
      after: { ...after, created_at },
      private: withAddress,
      result: { ...after, email: checked.email, version: 1 },
      apply: (tx, version) => applyAlertEvent(tx, { event, version, private: withAddress }),
    };
  });
}

async function readState(tx: Tx, site: string): Promise<CreateAlertState> {
  // Locked: alerts of one site are counted one after the other, and none is made for a site that goes at this moment.
  if (!isUuid(site) || (await lockSite(tx, site)) === undefined) return { site: undefined, alerts: 0 };
  return { site: await readSite(tx, site), alerts: await countAlerts(tx, site) };
}
