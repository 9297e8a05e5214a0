import { canonicalTimeZone } from '../../domain/local-time.ts';
import { cleanName, nameFault } from '../../domain/names.ts';
import { canonicalAlias, checkSiteList, type SiteListName } from '../../domain/site-lists.ts';
import type { SiteSettings } from '../../log/events/admin-events.ts';
import type { EventOf, PrivateFields } from '../../log/events/event.ts';
import { Conflict, type FieldError } from '../../platform/errors.ts';
import { invalidFields, TIME_ZONE_RULE } from '../invalid-fields.ts';
import type { SiteUpdate } from './update-site.command.ts';

/** The fields given, as they will be stored. */
export type CheckedUpdate = Partial<SiteSettings & { readonly excluded_ips: readonly string[] }>;

/** @throws InvalidInput naming each field, and each entry of a list, that is wrong by itself */
export function checkUpdate(update: SiteUpdate): CheckedUpdate {
  const errors: FieldError[] = [];
  const list = (name: SiteListName): Partial<Record<SiteListName, readonly string[]>> => {
    const given = update[name];
    if (given === undefined) return {};
    const { entries, faults } = checkSiteList(name, given);
    for (const { index, reason } of faults) {
      errors.push({ pointer: index === null ? `/${name}` : `/${name}/${index}`, detail: reason });
    }
    return { [name]: entries };
  };

  const wrongName = update.name === undefined ? undefined : nameFault(update.name);
  if (wrongName !== undefined) errors.push({ pointer: '/name', detail: wrongName });
  const timezone = update.timezone === undefined ? undefined : canonicalTimeZone(update.timezone);
  if (timezone === null) errors.push({ pointer: '/timezone', detail: TIME_ZONE_RULE });
  const checked: CheckedUpdate = {
    ...(update.name !== undefined && { name: cleanName(update.name) }),
    ...(update.public !== undefined && { public: update.public }),
    ...(typeof timezone === 'string' && { timezone }),
    ...list('excluded_ips'),
    ...list('excluded_paths'),
    ...list('query_keys'),
    ...list('aliases'),
    ...(update.respect_gpc !== undefined && { respect_gpc: update.respect_gpc }),
  };
  if (errors.length > 0) throw invalidFields(errors);
  return checked;
}

/** @param given as in the request, so that each is named where it stands there */
export function aliasesTaken(given: readonly string[], taken: readonly string[]): Conflict {
  const detail = 'must be no name of another site';
  const errors = given.flatMap((alias, index) =>
    taken.includes(canonicalAlias(alias)) ? [{ pointer: `/aliases/${index}`, detail }] : [],
  );
  return new Conflict(`${errors.map(({ pointer }) => pointer.slice(1)).join(', ')} ${detail}.`, errors);
}

/** A site as it is when the change is decided. */
export type SiteState = SiteSettings & {
  readonly id: string;
  readonly site_id: number;
  readonly excluded_ips: readonly string[];
};

export interface DecidedUpdate {
  readonly event: EventOf<'SiteChanged'>;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly private?: PrivateFields;
}

/** What really changes; null: nothing does. */
export function decideUpdateSite(site: SiteState, update: CheckedUpdate): DecidedUpdate | null {
  const changed = Object.entries(update).filter(([name, value]) => !isSame(site[name as keyof SiteState], value));
  if (changed.length === 0) return null;
  const open = changed.filter(([name]) => name !== 'excluded_ips');
  const changes = Object.fromEntries(open);
  const before = Object.fromEntries(open.map(([name]) => [name, site[name as keyof SiteState]]));
  return {
    event: { type: 'SiteChanged', schemaVersion: 1, data: { id: site.id, site_id: site.site_id, changes } },
    before,
    after: changes,
    ...(open.length < changed.length && {
      private: { before: { excluded_ips: site.excluded_ips }, after: { excluded_ips: update.excluded_ips } },
    }),
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return Array.isArray(a) ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}
