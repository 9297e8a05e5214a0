import { displayHost, validateDomain } from '../../domain/host.ts';
import { canonicalTimeZone } from '../../domain/local-time.ts';
import { cleanName, nameLengthFault } from '../../domain/names.ts';
import type { DomainEvent } from '../../log/events/event.ts';
import { Conflict, type FieldError } from '../../platform/errors.ts';
import { FOLDER_RULE, invalidFields, TIME_ZONE_RULE } from '../invalid-fields.ts';
import type { NewSite } from './create-site.command.ts';

export type SiteCreated = Extract<DomainEvent, { type: 'SiteCreated' }>;

/** The fields as they will be stored. */
export interface CheckedSite {
  /** Canonical. */
  readonly domain: string;
  readonly name: string;
  readonly timezone: string;
  readonly public: boolean;
  readonly folder_id: string | null;
  readonly account: string | null;
}

/** @throws InvalidInput naming each field that is wrong by itself */
export function checkSite(site: NewSite): CheckedSite {
  const errors: FieldError[] = [];
  const domain = validateDomain(site.domain);
  if (!domain.ok) errors.push({ pointer: '/domain', detail: domain.reason });
  const name = cleanName(site.name ?? '');
  const tooLong = nameLengthFault(name);
  if (tooLong !== undefined) errors.push({ pointer: '/name', detail: tooLong });
  const timezone = canonicalTimeZone(site.timezone ?? 'UTC');
  if (timezone === null) errors.push({ pointer: '/timezone', detail: TIME_ZONE_RULE });
  if (!domain.ok || timezone === null || errors.length > 0) throw invalidFields(errors);
  const shown = name === '' ? displayHost(domain.domain) : name;
  return {
    domain: domain.domain,
    name: shown,
    timezone,
    public: site.public ?? false,
    // As the database writes it: the answer and the log must not show another spelling.
    folder_id: site.folder_id?.toLowerCase() ?? null,
    account: site.account ?? null,
  };
}

/** What the database knows when it is decided. */
export interface CreateSiteState {
  readonly isDomainTaken: boolean;
  /** PostgreSQL's opinion: its time zones may be older than this process's, and folds and reads ask it. */
  readonly isTimeZoneKnown: boolean;
  /** The folder that was asked for, if there is one of that id. */
  readonly folder: { readonly account: string | null } | undefined;
}

/** @throws InvalidInput, Conflict */
export function decideCreateSite(
  site: CheckedSite,
  state: CreateSiteState,
  made: { readonly id: string; readonly siteId: number; readonly now: Date },
): SiteCreated {
  const errors: FieldError[] = [];
  if (!state.isTimeZoneKnown) errors.push({ pointer: '/timezone', detail: TIME_ZONE_RULE });
  // Another account's folder is as good as none.
  if (site.folder_id !== null && state.folder?.account !== site.account) {
    errors.push({ pointer: '/folder_id', detail: FOLDER_RULE });
  }
  if (errors.length > 0) throw invalidFields(errors);
  if (state.isDomainTaken) throw domainTaken(site.domain);
  return {
    type: 'SiteCreated',
    schemaVersion: 2,
    data: {
      id: made.id,
      site_id: made.siteId,
      domain: site.domain,
      name: site.name,
      timezone: site.timezone,
      public: site.public,
      folder_id: site.folder_id,
      account: site.account,
      created_at: made.now.toISOString(),
    },
  };
}

export function domainTaken(domain: string): Conflict {
  return new Conflict(`There is a site for ${displayHost(domain)} already.`);
}
