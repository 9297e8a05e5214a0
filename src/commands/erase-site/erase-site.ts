import { appendEvent } from '../../log/append-event.ts';
import { blankAgents, type Erasure } from '../../log/erasure.ts';
import type { Tx } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import { forgetSite } from './forget-site.ts';

/**
 * The end of an erasure: what is left of the site goes, and the log says that all is gone and how many hits that were.
 * The row of the erasure is locked by the caller, and goes too, so that this happens once.
 */
export async function eraseSite(tx: Tx, erasure: Erasure, now: number): Promise<void> {
  const { siteId, id, position, hits } = erasure;
  // Again: a process that learned of the deletion a moment later may have counted something meanwhile.
  await forgetSite(tx, erasure);
  await blankAgents(tx, siteId);
  await tx.deleteFrom('erasures').where('site_id', '=', siteId).execute();
  await appendEvent(tx, {
    stream: `site:${id}`,
    expectedVersion: null,
    type: 'SiteErased',
    schemaVersion: 1,
    actor: 'system',
    commandId: uuid7(now),
    causation: position,
    site: id,
    after: { hits },
    data: { id, site_id: siteId, hits },
  });
}
