import { Command } from '@nestjs/cqrs';
import type { Headers } from '../../domain/rules/v1/agent/headers.ts';
import type { Sight } from '../../domain/sight.ts';
import type { CommandContext } from '../command-context.ts';
import type { EventBody } from './accept-hit.command.ts';
import { DROP_REASONS, type DropReason } from './drop-reasons.ts';

/** One hit that a server hands on, checked and bounded, not yet interpreted. */
export interface BatchElement {
  /** Where it stands in the request's body, as a JSON pointer. */
  readonly pointer: string;
  /** It names one site at most: else the site is that of its page's host. */
  readonly body: EventBody;
  /** When it happened, in milliseconds since the epoch. Default: now. Of the future it counts as of now. */
  readonly at?: number;
  /** Canonical address of the visitor. Default: the sender's. */
  readonly ip?: string;
  /** Default: the sender's. */
  readonly userAgent?: string;
}

/** Who sends a batch. */
export interface BatchSender {
  /** Of the request. Read are: user-agent and x-forwarded-for. */
  readonly headers: Headers;
  /** Address of the socket's other end. */
  readonly peer: string;
  /** Which sites its key may write events of: the others are not there for it. */
  readonly sight: Sight;
}

export const DROPPED_FOR: readonly string[] = Object.keys(DROP_REASONS);

/** What became of a batch. All that is to be logged is in the log. Plain JSON: it is kept for an `Idempotency-Key`. */
export interface BatchAnswer {
  /** Events that count. */
  readonly accepted: number;
  /** Those that do not, by their place in the batch, and why. */
  readonly dropped: readonly DroppedElement[];
}

export interface DroppedElement {
  readonly index: number;
  readonly reason: DropReason;
}

/**
 * Takes the hits of a server: all of them are appended in one transaction, or none is.
 * Throws InvalidInput, TooMany (the rate of one of its sites), KeyReused, Unavailable.
 */
export class AcceptBatch extends Command<BatchAnswer> {
  constructor(
    readonly elements: readonly BatchElement[],
    readonly sender: BatchSender,
    readonly context: Pick<CommandContext, 'actor' | 'idempotency'>,
  ) {
    super();
  }
}
