import type { AuditRow } from '../../models/audit/audit.read.ts';
import type { AuditEntry } from './get-audit.query.ts';

/** What proves a key or a session, if only by its hash. It is not recorded in `before` and `after`, and never told. */
const PROOFS = ['hash', 'key', 'token', 'secret', 'cookie'];

/** What every event of a type has in `private`: where that was erased, these fields read as null. */
const PRIVATE: Readonly<Record<string, { readonly before?: string; readonly after?: string }>> = {
  SiteDeleted: { before: 'excluded_ips' },
  AlertCreated: { after: 'email' },
  AlertDeleted: { before: 'email' },
  HitDiscarded: { before: 'error' },
};

/** A row of the log for people: what is private beside the rest. */
export function entryOf(row: AuditRow): AuditEntry {
  const secret = row.private ?? erasedFrom(row);
  return {
    position: Number(row.position),
    at: row.recorded_at,
    actor: row.actor,
    command: row.command ?? row.type,
    stream: row.stream,
    site_id: row.site,
    before: merged(row.before, secret.before),
    after: merged(row.after, secret.after),
  };
}

type Fields = Readonly<Record<string, unknown>> | null | undefined;

function erasedFrom({ type, after }: AuditRow): { readonly before?: Fields; readonly after?: Fields } {
  // A change of nothing else is one of the addresses; beside others, nobody can say any more whether it was.
  if (type === 'SiteChanged' && after !== null && Object.keys(after).length === 0) {
    return { before: { excluded_ips: null }, after: { excluded_ips: null } };
  }
  const names = PRIVATE[type] ?? {};
  return {
    ...(names.before !== undefined && { before: { [names.before]: null } }),
    ...(names.after !== undefined && { after: { [names.after]: null } }),
  };
}

function merged(open: Fields, secret: Fields): AuditEntry['before'] {
  if (!open && !secret) return null;
  const all = Object.entries({ ...open, ...secret });
  return Object.fromEntries(all.filter(([name]) => !PROOFS.includes(name)));
}
