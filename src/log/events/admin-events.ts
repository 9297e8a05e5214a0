/** A field of a site that `PUT /api/sites/:id` changes; `excluded_ips` stands in `private.after`. */
export interface SiteSettings {
  readonly name: string;
  readonly public: boolean;
  readonly timezone: string;
  readonly excluded_paths: readonly string[];
  readonly query_keys: readonly string[];
  readonly respect_gpc: boolean;
  /** Names besides the domain and the id. Not in what was recorded before there were any. */
  readonly aliases: readonly string[];
}

export type AlertMetric = 'visitors' | 'pageviews' | 'visits' | 'bounce_rate' | 'events';

/** What was decided about sites, folders, alerts, keys. `id` is the public UUID; times are ISO 8601. */
export type AdminEvent = SiteEvent | FolderEvent | AlertEvent | ApiKeyEvent | SessionEvent;

export type SiteEvent =
  | {
      readonly type: 'SiteCreated';
      readonly schemaVersion: 2;
      readonly data: {
        readonly id: string;
        /** The narrow key of the hits. */
        readonly site_id: number;
        readonly domain: string;
        readonly name: string;
        readonly timezone: string;
        readonly public: boolean;
        readonly folder_id: string | null;
        /** Whose site it is in managed mode; null: the operator's own. */
        readonly account: string | null;
        readonly created_at: string;
      };
    }
  | {
      /** Excluded addresses, where changed, are in `private.after.excluded_ips`. */
      readonly type: 'SiteChanged';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly site_id: number; readonly changes: Partial<SiteSettings> };
    }
  | {
      readonly type: 'SiteMoved';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly site_id: number; readonly folder_id: string | null };
    }
  | {
      readonly type: 'SiteDeleted';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly site_id: number };
    }
  | {
      /** All that was recorded of it is gone. Caused by its `SiteDeleted`. */
      readonly type: 'SiteErased';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly site_id: number; readonly hits: number };
    };

export type FolderEvent =
  | {
      readonly type: 'FolderCreated';
      readonly schemaVersion: 1;
      readonly data: {
        readonly id: string;
        readonly name: string;
        readonly authelia_group: string | null;
        readonly account: string | null;
        readonly created_at: string;
      };
    }
  | {
      readonly type: 'FolderChanged';
      readonly schemaVersion: 1;
      readonly data: {
        readonly id: string;
        readonly changes: { readonly name?: string; readonly authelia_group?: string | null };
      };
    }
  | {
      /** Its sites left it before, each by a `SiteMoved`. */
      readonly type: 'FolderDeleted';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string };
    };

export type AlertEvent =
  | {
      /** The address is in `private.after.email`. */
      readonly type: 'AlertCreated';
      readonly schemaVersion: 1;
      readonly data: {
        readonly id: string;
        /** Public id of the site. */
        readonly site: string;
        readonly metric: AlertMetric;
        readonly operator: 'lt' | 'gt';
        readonly threshold: number;
        readonly window: '24h';
        readonly created_at: string;
      };
    }
  | {
      readonly type: 'AlertDeleted';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly site: string };
    }
  | AlertTurned<'AlertStarted'>
  | AlertTurned<'AlertStopped'>;

/** It starts or stops to hold: one mail each. `value` is the figure at that check. */
interface AlertTurned<T extends string> {
  readonly type: T;
  readonly schemaVersion: 1;
  readonly data: {
    readonly id: string;
    readonly site: string;
    readonly value: number | null;
    readonly checked_at: string;
  };
}

export type ApiKeyEvent =
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
      /** Another one takes its place: it is good until then, so that its users can be given the new one. */
      readonly type: 'ApiKeyRetired';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly expires_at: string };
    }
  | {
      readonly type: 'ApiKeyRevoked';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string };
    };

/** Sign-ins are on record; what proves them (tokens, cookies) is not. */
export type SessionEvent =
  | {
      readonly type: 'SignInLinkMade';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly expires_at: string };
    }
  | {
      readonly type: 'SessionOpened';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string; readonly link: string; readonly expires_at: string };
    }
  | {
      readonly type: 'SessionRevoked';
      readonly schemaVersion: 1;
      readonly data: { readonly id: string };
    };
