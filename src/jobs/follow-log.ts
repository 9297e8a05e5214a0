import type { CountryOf } from '../commands/record-hits/country.ts';
import { followFile } from '../commands/record-hits/log-lines/follow-file.ts';
import { logReader } from '../commands/record-hits/log-lines/ingest-file.ts';
import { siteDirectory } from '../commands/record-hits/site-directory.ts';
import type { Db } from '../platform/database.ts';
import { messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';

export interface LogFollowerOptions {
  /** Of the role `writer`, with at least two connections. */
  readonly db: Db;
  readonly path: string;
  readonly isBesideTracker: boolean;
  readonly countryOf: CountryOf;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly onAppended: (lastPosition: bigint) => void;
  /** Defaults of `logReader` and `followFile`. */
  readonly holdMs?: number;
  readonly pollMs?: number;
}

export interface LogFollower {
  start(): void;
  /** Ends after the batch in hand, with the position kept. Can be called twice. */
  stop(): Promise<void>;
}

/** Hosts that are no sites, and malformed lines, of which so many are told. */
const TOLD = 20;

/** Follows an access log for as long as the process lives. Of several that are told the same file one reads it. */
export function createLogFollower(o: LogFollowerOptions): LogFollower {
  const { db, path, log, countryOf, isBesideTracker, onAppended } = o;
  const stopping = new AbortController();
  const sites = siteDirectory(db, log);
  const hosts = new Set<string>();
  let malformed = 0;
  let running: Promise<void> | undefined;

  const reader = logReader({
    db,
    sites,
    countryOf,
    isBesideTracker,
    onAppended,
    site: null,
    format: undefined,
    onUnknownHost(host) {
      if (hosts.has(host) || hosts.size >= TOLD) return;
      hosts.add(host);
      log.info({ host, path }, 'the access log has a host that is no site: its lines are passed over');
    },
    onMalformed(line) {
      malformed += 1;
      if (malformed <= TOLD) log.warn({ line, path }, 'the access log has a line that cannot be read');
    },
    ...(o.holdMs === undefined ? {} : { holdMs: o.holdMs }),
  });

  const run = async (): Promise<void> => {
    await sites.start();
    await followFile({
      path,
      reader,
      signal: stopping.signal,
      onHindrance(message) {
        if (message === null) log.info({ path }, 'the access log is followed');
        else log.warn({ path }, `the access log is not followed now: ${message}`);
      },
      ...(o.pollMs === undefined ? {} : { pollMs: o.pollMs }),
    });
  };

  return {
    start() {
      if (stopping.signal.aborted) return;
      running ??= run().catch((e: unknown) => log.error(`the access log is not followed: ${messageOf(e)}`));
    },
    async stop() {
      stopping.abort();
      sites.stop();
      await running;
    },
  };
}
