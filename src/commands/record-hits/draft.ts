import type { PageUrl } from '../../domain/page-url.ts';
import type { Cidr } from '../../domain/ip.ts';
import type { Verdict } from '../../log/hit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Accepted, IncomingHit } from './accept-hit.command.ts';
import type { KnownAgent } from './agent-cache.ts';
import type { CountryOf } from './country.ts';
import type { DropLedger } from './drop-ledger.ts';
import type { LoggedReason } from './drop-reasons.ts';
import type { CanWriteEvents } from './event-key.ts';
import type { HitLimits } from './hit-limits.ts';
import type { SaltCache } from './salt-cache.ts';
import type { DirectorySite, SiteDirectory } from './site-directory.ts';

/** A hit on its way through the steps. What a step finds out is there for those after it. */
export class Draft {
  readonly incoming: IncomingHit;
  /** Milliseconds since the epoch. */
  readonly at: number;
  site!: DirectorySite;
  page!: PageUrl;
  referrer: string | null = null;
  /** Canonical address. It serves visitor and country and is gone then: nothing may store it. */
  ip = '';
  agent!: KnownAgent;
  verdict: Verdict | null = null;
  country: string | null = null;
  day = '';
  hour = 0;
  visitor = 0n;
  /** The first reason why it will be logged and not counted. */
  dropped: LoggedReason | null = null;

  /** @param taken sites that this hit counts at already, where it names several */
  constructor(
    incoming: IncomingHit,
    at: number,
    readonly taken?: Set<number>,
  ) {
    this.incoming = incoming;
    this.at = incoming.behalf?.at ?? at;
  }

  drop(reason: LoggedReason): void {
    this.dropped ??= reason;
  }

  /** A header as one text; undefined where the request has none. */
  header(name: string): string | undefined {
    const value = this.incoming.headers[name];
    return value === undefined || typeof value === 'string' ? value : value.join(', ');
  }
}

/** What the steps know besides the hit. */
export interface Edge {
  readonly sites: SiteDirectory;
  readonly agentOf: (header: string) => KnownAgent | Promise<KnownAgent>;
  readonly salts: SaltCache;
  readonly countryOf: CountryOf;
  readonly isSpamHost: (host: string) => boolean;
  readonly canWriteEvents: CanWriteEvents;
  readonly trustedProxies: readonly Cidr[];
  readonly ledger: DropLedger;
  readonly limits: HitLimits;
  /** Of an `Origin` header. */
  readonly hostOf: (origin: string) => string | null;
  /** A peer that is not trusted sent X-Forwarded-For. */
  readonly noteForwarded: () => void;
  readonly clock: Clock;
}

/** An answer ends the hit's way; undefined: on to the next step. At once wherever nothing has to be asked. */
export type StepResult = Accepted | undefined | Promise<Accepted | undefined>;

export interface Step {
  readonly name: string;
  readonly run: (draft: Draft, edge: Edge) => StepResult;
}
