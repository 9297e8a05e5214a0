import type { AuditRow } from '../../models/audit/audit.read.ts';
import type { AuditEntry } from './get-audit.query.ts';

/** What proves a key or a session, if only by its hash. It is not recorded in `before` and `after`, and never told. */
const PROOFS = ['hash', 'key', 'token', 'secret', 'cookie'];

/** A row of the log for people: what is private beside the rest. */
export function entryOf(row: AuditRow): AuditEntry {
  return {
    position: Number(row.position),
    at: row.recorded_at,
    actor: row.actor,
    command: row.command ?? row.type,
    stream: row.stream,
    site_id: row.site,
    before: merged(row.before, row.private?.before),
    after: merged(row.after, row.private?.after),
  };
}

type Fields = Readonly<Record<string, unknown>> | null | undefined;

function merged(open: Fields, secret: Fields): AuditEntry['before'] {
  if (!open && !secret) return null;
  const all = Object.entries({ ...open, ...secret });
  return Object.fromEntries(all.filter(([name]) => !PROOFS.includes(name)));
}
