import type { Headers } from '../../domain/rules/v1/agent/headers.ts';
import type { Via } from '../../log/hit.ts';
import type { DropReason } from './drop-reasons.ts';

/** What a client said, checked and bounded, not yet interpreted. */
export interface EventBody {
  /** null: page view. At most 120 characters, clean (see `cleanText`). */
  readonly name: string | null;
  /** As sent: whether it is a page's URL depends on the site's options. */
  readonly url: string;
  /** As sent. */
  readonly referrer: string | null;
  /** CSS pixels, 1..100,000. */
  readonly width: number | null;
  /** 0..86,400,000. */
  readonly durationMs: number | null;
  /** Percent, 0..100. */
  readonly scroll: number | null;
  /** JSON text of an object of strings. */
  readonly props: string | null;
  /** JSON text of `{lcp, inp, cls}`. */
  readonly vitals: string | null;
  /** false: an event that happened by itself, as its client says. */
  readonly interactive: boolean;
  /** JSON text of `{amount, currency}`. */
  readonly revenue: string | null;
  /** The fragment of the URL is the route of a single-page application. */
  readonly hashRouting: boolean;
  /** Which sites it says that it is of, as sent: domains, public ids, aliases. Null: it says nothing. */
  readonly sites: readonly string[] | null;
}

/** A hit at the door, whatever its wire format was. */
export interface IncomingHit {
  readonly body: EventBody;
  /**
   * Of the request, names in small letters, repeated ones joined by `, ` as Node does. Read are: origin, referer,
   * user-agent, authorization, x-forwarded-for, sec-gpc and those that give machines away.
   */
  readonly headers: Headers;
  /** Address of the socket's other end; empty for a unix socket. */
  readonly peer: string;
  /** An image that a page shows: browsers send no Origin with it, and where it comes from is its Referer. */
  readonly isImage?: boolean;
  /** The sites that it names are named as another analytics does: a name that nobody here has says nothing. */
  readonly namesElsewhere?: boolean;
  /** Its client says that a machine drives the browser. */
  readonly byMachine?: boolean;
  /** What a server says of the person whose hit it hands on. Given only where its key was checked. */
  readonly behalf?: Behalf;
}

/** Whose hit it is, where that is not the request's sender. */
export interface Behalf {
  /** When it happened, in milliseconds since the epoch. Default: now. */
  readonly at?: number;
  /** Canonical address of the visitor. Default: the sender's. */
  readonly ip?: string;
  /** Default: the sender's. */
  readonly userAgent?: string;
  readonly via: Via;
}

/** What became of it. Resolved once it is known, which for a logged hit is after COMMIT. */
export type Accepted =
  | { readonly outcome: 'recorded' }
  /** Taken, and answered like a recorded one, but it will not be counted. */
  | { readonly outcome: 'dropped'; readonly reason: DropReason }
  | { readonly outcome: 'invalid'; readonly pointer: string; readonly detail: string }
  /** It names no Origin, and shows no key that may write events. */
  | { readonly outcome: 'no_key' }
  /** The log cannot be written, or not as fast as hits come. Nothing was stored, or nobody knows. */
  | { readonly outcome: 'overloaded'; readonly retryAfterSeconds: number }
  /** More than its sender or its site may send. Nothing was stored. */
  | { readonly outcome: 'limited'; readonly by: 'client' | 'site'; readonly retryAfterSeconds: number };

/** Where hits come in. */
export interface HitDoor {
  /**
   * Takes one hit. It is a call and no message on the command bus, as it happens thousands of times a second: what goes
   * over the bus is one `RecordHits` for all hits that came while the last ones were committed.
   */
  accept(incoming: IncomingHit): Promise<Accepted>;
  /**
   * Charges a request to its sender, before its body is read. 0: come in; else it is refused, and its sender may come
   * again after that many seconds.
   */
  admit(request: Pick<IncomingHit, 'headers' | 'peer'>): number;
  /** A request that was refused before it was a hit, for the metrics. */
  noteMalformed(): void;
}
