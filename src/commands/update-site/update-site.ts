import type { Sight } from '../../domain/sight.ts';
import { applySiteEvent } from '../../models/sites/site.fold.ts';
import { readAliasesOfOthers } from '../../models/sites/site.read.ts';
import { isTimeZoneKnown } from '../../models/sites/time-zone.read.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { toChangedSite, type ChangedSite } from '../changed-site.ts';
import type { CommandContext } from '../command-context.ts';
import { invalidFields, TIME_ZONE_RULE } from '../invalid-fields.ts';
import { runCommand } from '../run-command.ts';
import { lockSeenSite } from '../seen-site.ts';
import type { SiteUpdate } from './update-site.command.ts';
import { aliasesTaken, checkUpdate, decideUpdateSite } from './update-site.decide.ts';

export interface UpdateSiteInput {
  readonly id: string;
  readonly update: SiteUpdate;
  readonly sight: Sight;
  readonly visitors: number | null;
}

const UNIQUE_VIOLATION = '23505';

/** Changes a site's settings: what the command's handler does. See `UpdateSite`. */
export async function updateSite(
  db: Db,
  { id, update, sight, visitors }: UpdateSiteInput,
  context: CommandContext,
  clock: Clock,
): Promise<ChangedSite> {
  const checked = checkUpdate(update);
  if (checked.timezone !== undefined && !(await isTimeZoneKnown(db, checked.timezone))) {
    throw invalidFields([{ pointer: '/timezone', detail: TIME_ZONE_RULE }]);
  }
  const wanted = checked.aliases ?? [];
  const given = update.aliases ?? [];
  const changed = runCommand(db, 'UpdateSite', context, clock, async (tx) => {
    const site = await lockSeenSite(tx, id, sight);
    const { version } = site;
    const taken = await readAliasesOfOthers(tx, site.id, wanted);
    if (taken.length > 0) throw aliasesTaken(given, taken);
    const decided = decideUpdateSite(site, checked);
    if (decided === null) {
      return { nothingToDo: true, site: site.id, version, result: toChangedSite(site, visitors) };
    }
    const { event, ...recorded } = decided;
    const lists = {
      excluded_ips: [...(checked.excluded_ips ?? site.excluded_ips)],
      excluded_paths: [...(checked.excluded_paths ?? site.excluded_paths)],
      query_keys: [...(checked.query_keys ?? site.query_keys)],
      aliases: [...(checked.aliases ?? site.aliases)],
    };
    return {
      ...event,
      ...recorded,
      stream: `site:${site.id}`,
      version,
      site: site.id,
      result: toChangedSite({ ...site, ...checked, ...lists, version: version + 1 }, visitors),
      apply: (tx, version) => applySiteEvent(tx, { event, version, private: recorded.private ?? null }),
    };
  });
  return changed.catch(async (e: unknown) => {
    // Somebody was faster between the question and this: the constraint decides.
    if (isAliasViolation(e)) throw aliasesTaken(given, await readAliasesOfOthers(db, id, wanted));
    throw e;
  });
}

function isAliasViolation(thrown: unknown): boolean {
  const { code, constraint } = (thrown ?? {}) as { code?: unknown; constraint?: unknown };
  return code === UNIQUE_VIOLATION && constraint === 'site_aliases_pkey';
}
