import { Query } from '@nestjs/cqrs';

export interface AuditEntry {
  readonly position: number;
  readonly at: Date;
  /** `user:…`, `key:…`, `cli:<operating-system user>` or `system`. */
  readonly actor: string;
  /** What was decided, such as `CreateSite`; where the system noted a fact, which: `SaltsDestroyed`. */
  readonly command: string;
  readonly stream: string;
  /** Public id of the site that it is about. */
  readonly site_id: string | null;
  /** The changed fields as they were; null: it was not there. A field that was erased is null. */
  readonly before: Readonly<Record<string, unknown>> | null;
  /** The changed fields as they are; null: it is gone. A field that was erased is null. */
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** For the next page; null: there is no more. */
  readonly next_after: number | null;
}

/** Who did what, in the order of the log. */
export class GetAudit extends Query<AuditPage> {
  constructor(
    readonly filter: {
      /** Public id of a site, a deleted one too. */
      readonly site?: string | undefined;
      /** Exactly. */
      readonly actor?: string | undefined;
      /** Positions beyond this one. */
      readonly after: number;
      readonly limit: number;
    },
  ) {
    super();
  }
}
