/** What the system noted by itself. */
export type SystemEvent =
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
