import { sql } from 'kysely';
import { lockFolder } from '../../models/folders/folder.read.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import { isTimeZoneKnown } from '../../models/sites/time-zone.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { CommandContext } from '../command-context.ts';
import { runCommand } from '../run-command.ts';
import type { CreatedSite, NewSite } from './create-site.command.ts';
import {
  checkSite,
  decideCreateSite,
  domainTaken,
  type CheckedSite,
  type CreateSiteState,
} from './create-site.decide.ts';

const UNIQUE_VIOLATION = '23505';

/** Registers a site: what the command's handler does, and the command line. See `CreateSite`. */
export async function createSite(db: Db, site: NewSite, context: CommandContext, clock: Clock): Promise<CreatedSite> {
  const checked = checkSite(site);
  const isKnown = await isTimeZoneKnown(db, checked.timezone);
  try {
    return await runCommand(db, 'CreateSite', context, clock, async (tx, now) => {
      const state = { ...(await readState(tx, checked)), isTimeZoneKnown: isKnown };
      // A number that a conflict leaves unused is no loss.
      const event = decideCreateSite(checked, state, { id: uuid7(now.getTime()), siteId: await nextSiteId(tx), now });
      const { site_id: _, ...after } = event.data;
      return {
        ...event,
        stream: `site:${event.data.id}`,
        version: 0,
        site: event.data.id,
        before: null,
        after,
        result: { ...event.data, version: 1 },
        apply: (tx, version) => applySiteEvent(tx, { event, version, private: null }),
      };
    });
  } catch (e) {
    // Somebody was faster between the question and this: the constraint decides.
    if (isDomainViolation(e)) throw domainTaken(checked.domain);
    throw e;
  }
}

async function readState(tx: Tx, site: CheckedSite): Promise<Omit<CreateSiteState, 'isTimeZoneKnown'>> {
  const found = await tx.selectFrom('sites').select('site_id').where('domain', '=', site.domain).executeTakeFirst();
  const folder = site.folder_id === null ? undefined : await lockFolder(tx, site.folder_id);
  return { isDomainTaken: found !== undefined, folder };
}

async function nextSiteId(tx: Tx): Promise<number> {
  const { rows } = await sql<{ site_id: number }>`select nextval('site_ids')::int as site_id`.execute(tx);
  const row = rows[0];
  if (row === undefined) throw new Error('the sequence of sites gives no number');
  return row.site_id;
}

function isDomainViolation(thrown: unknown): boolean {
  return codeOf(thrown) === UNIQUE_VIOLATION && (thrown as { constraint?: unknown }).constraint === 'sites_domain_key';
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
