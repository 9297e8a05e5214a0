import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { hashApiKey } from '../../domain/api-key.ts';
import { seesSite, type Sighted } from '../../domain/sight.ts';
import type { Clock } from '../../platform/clock.ts';
import { NotSignedIn, Unavailable } from '../../platform/errors.ts';
import { hasScope, type Identity } from './identity.ts';

/** A key as it is stored. */
export interface StoredKey {
  readonly id: string;
  /** SHA-256 of the key. */
  readonly hash: Buffer;
  readonly scopes: readonly string[];
  readonly siteIds: readonly string[] | null;
  readonly account: string | null;
  readonly expiresAt: Date | null;
}

export interface KeyringOptions {
  findByHash: (hash: Buffer) => Promise<StoredKey | undefined>;
  /** Notes when keys were used. What it rejects with is told to `onError`. */
  noteUsed: (used: readonly { id: string; at: number }[]) => Promise<void>;
  onError: (e: unknown) => void;
  clock: Clock;
}

export interface Keyring {
  /**
   * Who shows this `Authorization`.
   * @param authorization as sent; several: as many headers as came
   * @throws NotSignedIn for anything but one valid Bearer key; Unavailable
   */
  identify(authorization: string | readonly string[]): Promise<Identity>;
  /** Whether it shows a key that may write events of this site (null: of any). */
  canWriteEvents(authorization: string | undefined, site: Omit<Sighted, 'group'> | null): Promise<boolean>;
  /** Notes what was used since. */
  stop(): Promise<void>;
}

/** A revoked key works nowhere after this. */
const KEPT_MS = 1_000;
const KEPT_KEYS = 2_000;
/** `last_used_at` is no finer than this. */
const NOTED_EVERY_MS = 60_000;
/** RFC 6750, but for a key that an operator chose, which may hold any printable character. */
const BEARER = /^Bearer +([\x21-\x7e]{1,1024})$/i;

/** API keys, by what is shown of them. */
export function createKeyring(o: KeyringOptions): Keyring {
  const known = new LRUCache<string, { key: StoredKey | undefined }>({ max: KEPT_KEYS, ttl: KEPT_MS });
  const looking = new Map<string, Promise<StoredKey | undefined>>();
  const notedAt = new LRUCache<string, number>({ max: KEPT_KEYS });
  let used = new Map<string, number>();
  let noting = Promise.resolve();

  const lookUp = (hash: Buffer): Promise<StoredKey | undefined> => {
    const name = hash.toString('base64');
    const cached = known.get(name);
    if (cached !== undefined) return Promise.resolve(cached.key);
    const asked = looking.get(name);
    if (asked !== undefined) return asked;
    const asking = o
      .findByHash(hash)
      .then(
        (key) => {
          known.set(name, { key });
          return key;
        },
        (e: unknown) => {
          throw new Unavailable('database_unavailable', 'The key cannot be checked now.', 1, { cause: e });
        },
      )
      .finally(() => looking.delete(name));
    looking.set(name, asking);
    return asking;
  };

  const note = (id: string, now: number): void => {
    const last = notedAt.get(id);
    if (last !== undefined && now - last < NOTED_EVERY_MS) return;
    notedAt.set(id, now);
    const isFirst = used.size === 0;
    used.set(id, now);
    if (isFirst) noting = noting.then(flush);
  };

  const flush = async (): Promise<void> => {
    const some = [...used].map(([id, at]) => ({ id, at })).sort((a, b) => (a.id < b.id ? -1 : 1));
    used = new Map();
    if (some.length > 0) await o.noteUsed(some).catch(o.onError);
  };

  const find = async (authorization: string): Promise<Identity | undefined> => {
    const [, key] = BEARER.exec(authorization) ?? [];
    if (key === undefined) return undefined;
    const hash = hashApiKey(key);
    const stored = await lookUp(hash);
    const now = o.clock();
    if (stored === undefined || !timingSafeEqual(stored.hash, hash)) return undefined;
    if (stored.expiresAt !== null && stored.expiresAt.getTime() <= now) return undefined;
    note(stored.id, now);
    return {
      actor: { name: `key:${stored.id}`, kind: 'key' },
      scopes: stored.scopes,
      sight: { siteIds: stored.siteIds, account: stored.account, groups: null },
    };
  };

  return {
    async identify(authorization) {
      const identity = typeof authorization === 'string' ? await find(authorization) : undefined;
      if (identity === undefined) throw new NotSignedIn('Authorization must be "Bearer" and a valid API key.');
      return identity;
    },
    async canWriteEvents(authorization, site) {
      const identity = authorization === undefined ? undefined : await find(authorization);
      if (identity === undefined || !hasScope(identity, 'events:write')) return false;
      return site === null || seesSite(identity.sight, { ...site, group: null });
    },
    async stop() {
      await noting;
      await flush();
    },
  };
}
