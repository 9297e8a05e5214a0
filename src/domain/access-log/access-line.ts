import type { Headers } from '../rules/v1/agent/headers.ts';

/** One request, as a web server's access log tells it. */
export interface AccessLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** As the client sent it, perhaps with a port. Null: the format does not tell. */
  readonly host: string | null;
  /** Path and query, as in the request's first line. */
  readonly uri: string;
  readonly status: number;
  /** As it stands in the log: an address, a name where the server looked names up, or what it made of either. */
  readonly client: string;
  /** Empty: the client sent none. */
  readonly userAgent: string;
  readonly referrer: string | null;
  /** Those of the request that the log has and the rules read; names in small letters. */
  readonly headers: Headers;
  /** Of the answer, where the log has it. */
  readonly contentType: string | null;
}

/** `other`: a line of the server's that tells of no request. Null: not in this format. */
export type ReadLine = AccessLine | 'other' | null;

export interface LogFormat {
  readonly name: FormatName;
  /** Each line tells its host. */
  readonly hasHost: boolean;
  /** Each line tells the user agent, without which machines cannot be told from people. */
  readonly hasAgent: boolean;
  /** Takes a line apart, without its line break. Never throws. */
  readonly read: (line: string) => ReadLine;
  /**
   * The request's path and query without taking the line apart, perhaps with escapes in it: for lines that are left out
   * by it. Null where that is not safe to say. The line's characters may be its bytes.
   */
  readonly uriOf: (line: string) => string | null;
}

export const FORMAT_NAMES = ['caddy', 'combined', 'vhost_combined', 'common'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];
