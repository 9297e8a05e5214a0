import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { hashToken, IDLE_MS, newToken, RENEWED_AFTER_MS } from '../../domain/session-token.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import type { Clock } from '../../platform/clock.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Identity } from './identity.ts';

/** A session as it is stored. */
export interface StoredSession {
  readonly id: string;
  readonly actor: string;
  /** SHA-256 of the cookie's token. */
  readonly token_hash: Buffer;
  readonly token_made_at: Date;
  /** The one before it, good until `previous_until`. */
  readonly previous_hash: Buffer | null;
  readonly previous_until: Date | null;
  readonly expires_at: Date;
}

export interface SessionRingOptions {
  findByHash: (hash: Buffer) => Promise<StoredSession | undefined>;
  /** Gives a session another token. False: it has another one already, or is gone. */
  renew: (renewal: { id: string; from: Buffer; to: Buffer; at: Date }) => Promise<boolean>;
  /** Told what kept a token from being renewed; the request goes on. */
  onError: (e: unknown) => void;
  clock: Clock;
}

export interface KnownSession {
  readonly id: string;
  readonly identity: Identity;
  readonly expiresAt: Date;
  /** The token that the browser has to show from now on; undefined: the one that it has shown. */
  renew(): Promise<string | undefined>;
}

export interface SessionRing {
  /** Whose session it is; undefined: nobody's, or it is over. @throws Unavailable */
  find(token: string): Promise<KnownSession | undefined>;
  /** Forgets what was looked up: a session has ended here. */
  forget(): void;
}

/** A revoked session works nowhere after this. */
const KEPT_MS = 1_000;
const KEPT_SESSIONS = 1_000;

/** Sessions of browsers, by the token in their cookie. */
export function createSessionRing(o: SessionRingOptions): SessionRing {
  const known = new LRUCache<string, { session: StoredSession | undefined }>({ max: KEPT_SESSIONS, ttl: KEPT_MS });

  const lookUp = async (hash: Buffer): Promise<StoredSession | undefined> => {
    const name = hash.toString('base64');
    const cached = known.get(name);
    if (cached !== undefined) return cached.session;
    try {
      const session = await o.findByHash(hash);
      known.set(name, { session });
      return session;
    } catch (e) {
      throw new Unavailable('database_unavailable', 'The session cannot be checked now.', 1, { cause: e });
    }
  };

  const renew = async (session: StoredSession, from: Buffer): Promise<string | undefined> => {
    const now = o.clock();
    if (!timingSafeEqual(session.token_hash, from)) return undefined;
    if (now - session.token_made_at.getTime() < RENEWED_AFTER_MS) return undefined;
    const token = newToken();
    try {
      const isRenewed = await o.renew({ id: session.id, from, to: hashToken(token), at: new Date(now) });
      known.delete(from.toString('base64'));
      return isRenewed ? token : undefined;
    } catch (e) {
      o.onError(e);
      return undefined;
    }
  };

  return {
    async find(token) {
      const hash = hashToken(token);
      const session = await lookUp(hash);
      if (session === undefined || !isGood(session, hash, o.clock())) return undefined;
      return {
        id: session.id,
        identity: { actor: { name: session.actor, kind: 'session' }, scopes: ['admin'], sight: EVERYTHING },
        expiresAt: session.expires_at,
        renew: () => renew(session, hash),
      };
    },
    forget: () => known.clear(),
  };
}

function isGood(session: StoredSession, hash: Buffer, now: number): boolean {
  if (session.expires_at.getTime() <= now || session.token_made_at.getTime() + IDLE_MS <= now) return false;
  if (timingSafeEqual(session.token_hash, hash)) return true;
  const { previous_hash, previous_until } = session;
  if (previous_hash === null || previous_until === null || !timingSafeEqual(previous_hash, hash)) return false;
  return now < previous_until.getTime();
}
