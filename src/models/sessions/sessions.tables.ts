export interface SignInLinksTable {
  id: string;
  /** SHA-256 of the token. */
  token_hash: Buffer;
  /** Who made it; the session acts in that name. */
  actor: string;
  created_at: Date;
  expires_at: Date;
  /** Of the stream `session:<id>`. */
  version: number;
}

export interface SessionsTable {
  id: string;
  actor: string;
  /** SHA-256 of the cookie's token. */
  token_hash: Buffer;
  token_made_at: Date;
  /** The one before it, good until `previous_until`. */
  previous_hash: Buffer | null;
  previous_until: Date | null;
  opened_at: Date;
  expires_at: Date;
  /** Of the stream `session:<id>`. */
  version: number;
}

declare module '../../platform/database.ts' {
  interface Tables {
    sign_in_links: SignInLinksTable;
    sessions: SessionsTable;
  }
}
