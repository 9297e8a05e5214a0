import { sql } from 'kysely';
import { appendEvent } from '../../log/append-event.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { CreatedSite, NewSite } from './create-site.command.ts';
import {
  checkSite,
  decideCreateSite,
  domainTaken,
  type CheckedSite,
  type CreateSiteState,
} from './create-site.decide.ts';

const UNIQUE_VIOLATION = '23505';
const INVALID_PARAMETER = '22023';

/** Registers a site: what the command's handler does, and the command line. See `CreateSite`. */
export async function createSite(db: Db, site: NewSite, actor: string, clock: Clock): Promise<CreatedSite> {
  const checked = checkSite(site);
  const state = await readState(db, checked);
  const now = clock();
  // A number that a conflict leaves unused is no loss.
  const event = decideCreateSite(checked, state, { id: uuid7(now), siteId: await nextSiteId(db), now: new Date(now) });
  try {
    const version = await db.transaction().execute(async (tx) => {
      await applySiteEvent(tx, event, 1);
      const appended = await appendEvent(tx, {
        ...event,
        stream: `site:${event.data.id}`,
        expectedVersion: 0,
        actor,
        commandId: uuid7(now),
      });
      return appended.version;
    });
    return { ...event.data, version };
  } catch (e) {
    // Somebody was faster between the question and this: the constraint decides.
    if (isDomainViolation(e)) throw domainTaken(checked.domain);
    throw e;
  }
}

async function readState(db: Db, site: CheckedSite): Promise<CreateSiteState> {
  const found = await db.selectFrom('sites').select('site_id').where('domain', '=', site.domain).executeTakeFirst();
  return { isDomainTaken: found !== undefined, isTimeZoneKnown: await isTimeZoneKnown(db, site.timezone) };
}

async function isTimeZoneKnown(tx: Tx, name: string): Promise<boolean> {
  try {
    await sql`select now() at time zone ${name}::text`.execute(tx);
    return true;
  } catch (e) {
    if (codeOf(e) === INVALID_PARAMETER) return false;
    throw e;
  }
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
