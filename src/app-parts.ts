import type { DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { EnqueueErasure } from './commands/erasure-queue.ts';
import type { BatchDoor } from './commands/record-hits/accept-batch.handler.ts';
import type { EnqueueRebuilds } from './commands/rebuild-queue.ts';
import type { Keyring } from './http/access/keyring.ts';
import type { ProxySettings } from './http/access/proxy-identity.ts';
import type { SessionRing } from './http/access/session-ring.ts';
import type { RequestLimits } from './http/rate-limit/request-limits.ts';
import type { Clock } from './platform/clock.ts';
import type { Database } from './platform/database.ts';
import type { Logger } from './platform/logger.ts';
import type { Operator } from './projections/operate/operator.ts';

/** What the rooms are wired to. */
export interface AppParts {
  /** Role `writer`, one connection, of the hits alone. */
  readonly appender: Database;
  /** Role `writer`. */
  readonly writer: Database;
  /** Role `reader`. */
  readonly reader: Database;
  readonly keyring: Keyring;
  readonly proxy: ProxySettings;
  readonly sessions: SessionRing;
  readonly limits: RequestLimits;
  /** A mail server is set. */
  readonly canMail: boolean;
  readonly acceptBatch: BatchDoor;
  readonly enqueueErasure: EnqueueErasure;
  readonly enqueueRebuilds: EnqueueRebuilds;
  readonly operator: Operator;
  readonly registry: Registry;
  readonly baseUrl: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** `all`: the whole API. `health`: what says how a process is, which a worker answers too. */
export type Answers = 'all' | 'health';

/** Wires the rooms: `AppModule.of`, which main hands in, as nothing below it may know where everything is. */
export type Wire = (parts: AppParts, answers: Answers) => DynamicModule;
