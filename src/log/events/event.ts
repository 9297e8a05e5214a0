/** The vocabulary of `log_events`: past tense, readonly, closed. A changed shape is a new schema version. */
export type DomainEvent =
  | {
      readonly type: 'SiteCreated';
      readonly schemaVersion: 1;
      readonly data: {
        readonly id: string;
        /** The narrow key of the hits. */
        readonly site_id: number;
        readonly domain: string;
        readonly name: string;
        readonly timezone: string;
        readonly public: boolean;
        readonly folder_id: string | null;
        /** ISO 8601. */
        readonly created_at: string;
      };
    }
  | {
      readonly type: 'ApiKeyIssued';
      readonly schemaVersion: 1;
      readonly data: {
        readonly id: string;
        readonly name: string;
        readonly account: string | null;
        readonly scopes: readonly string[];
        readonly site_ids: readonly string[] | null;
        /** SHA-256 of the key, hexadecimal. */
        readonly hash: string;
        readonly created_at: string;
        readonly expires_at: string | null;
      };
    }
  | {
      readonly type: 'ApiKeyRevoked';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string };
    }
  | {
      readonly type: 'SaltsDestroyed';
      readonly schemaVersion: 1;
      readonly data: { readonly salts: readonly { readonly site_id: number; readonly day: string }[] };
    }
  | {
      readonly type: 'LogResumed';
      readonly schemaVersion: 1;
      readonly data: { readonly system_identifier: string; readonly timeline_id: number; readonly after: string };
    };

/** An event with what the log records beside it. */
export type NewEvent = DomainEvent & {
  /** `site:<uuid>`, `key:<uuid>`, `log`. */
  readonly stream: string;
  /** The stream's version before it (0: new), or null for "whatever it is". */
  readonly expectedVersion: number | null;
  /** `user:…`, `key:…`, `cli:<operating-system user>` or `system`. */
  readonly actor: string;
  readonly commandId: string;
  /** Position of the event that led to this one. */
  readonly causation?: bigint;
  readonly private?: unknown;
};
