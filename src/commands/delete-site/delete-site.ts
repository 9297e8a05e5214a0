import type { Sight } from '../../domain/sight.ts';
import type { EventOf } from '../../log/events/event.ts';
import type { Recorded } from '../../log/events/upcast.ts';
import { applyAlertEvent } from '../../models/alerts/alert.fold.ts';
import { readAlertIdsOf } from '../../models/alerts/alert.read.ts';
import { applyApiKeyEvent } from '../../models/api-keys/api-key.fold.ts';
import { readKeyIdsWith } from '../../models/api-keys/api-key.read.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import type { CommandContext } from '../command-context.ts';
import type { EnqueueErasure } from '../erasure-queue.ts';
import { runCommand } from '../run-command.ts';
import { lockSeenSite } from '../seen-site.ts';
import type { DeletedSite } from './delete-site.command.ts';
import { decideDeleteSite } from './delete-site.decide.ts';

export interface DeleteSiteInput {
  readonly id: string;
  readonly sight: Sight;
}

/** Where nobody has a queue: the job runs every minute besides. */
const byTheClock: EnqueueErasure = () => Promise.resolve();

/** Deletes a site: what the command's handler does. See `DeleteSite`. */
export async function deleteSite(
  db: Db,
  { id, sight }: DeleteSiteInput,
  context: CommandContext,
  clock: Clock,
  enqueueErasure: EnqueueErasure = byTheClock,
): Promise<DeletedSite> {
  return runCommand(db, 'DeleteSite', context, clock, async (tx) => {
    const row = await lockSeenSite(tx, id, sight);
    const event = decideDeleteSite(row);
    const { id: site, site_id: _, version, excluded_ips, ...settings } = row;
    // What goes or changes with it has no event of its own.
    const alerts = await readAlertIdsOf(tx, site);
    const api_keys = await readKeyIdsWith(tx, site);
    return {
      ...event,
      stream: `site:${site}`,
      version,
      site,
      before: { ...settings, alerts, api_keys },
      after: null,
      private: { before: { excluded_ips } },
      result: { version: version + 1 },
      apply: async (tx, version) => {
        await removeWithSite(tx, { event, version, private: null });
        await enqueueErasure(tx);
      },
    };
  });
}

/**
 * All that goes with a site, in the transaction that records its end: a line for each read model that has rows of it.
 * The job that is queued beside erases its hits and everything derived.
 */
async function removeWithSite(tx: Tx, deleted: Recorded<EventOf<'SiteDeleted'>>): Promise<void> {
  await applySiteEvent(tx, deleted);
  await applyAlertEvent(tx, deleted);
  await applyApiKeyEvent(tx, deleted);
}
