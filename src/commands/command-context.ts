import type { Actor } from '../domain/actor.ts';

/** What a command is told beside what it is about. */
export interface CommandContext {
  readonly actor: Actor;
  /** `If-Match`: the versions one of which the stream must have; `any`: it must be there. */
  readonly ifMatch?: readonly number[] | 'any';
  readonly idempotency?: Idempotency;
}

/** `Idempotency-Key`: of the same actor, within 24 hours, the first answer comes again. */
export interface Idempotency {
  readonly key: string;
  /** SHA-256 of method, path and body. */
  readonly fingerprint: Buffer;
}
