import { lchown, mkdir, realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';

import { OperatorError } from '../errors.ts';
import { canReach, unprivilegedAccount, type Account } from './account.ts';
import { findBinaries, reachableBinaries } from './binaries.ts';
import { ensureDataDirectory } from './data-directory.ts';
import { explainFailure } from './failure.ts';
import { startOrAdopt, type Postmaster } from './postmaster.ts';
import { postgresSettings, usableMemory, type PostgresSettings } from './settings.ts';
import { chooseSocketDirectory, makeSocketDirectory, socketUrl } from './socket.ts';
import { stopIfUnused } from './stop.ts';
import { supervise } from './supervisor.ts';

export interface EmbeddedOptions {
  /** A folder of the server's own: `data`, the socket, `postgres.log`, its binaries where they have to be copied. */
  directory: string;
  /** As root: the account that runs the server. Default: the owner of `directory`, `postgres`, `nobody`. */
  account?: string | undefined;
  /** Default: what suits this machine. */
  settings?: PostgresSettings;
  /** The server died and was started again. */
  onRestart?: () => void;
  /** Gets short lines about what happens. */
  log: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Of the superuser `antics`; the same for as long as the directory is. */
  readonly url: string;
  /** The server ran already. */
  readonly adopted: boolean;
  /** Of the server now: another one after a restart. */
  readonly pid: number;
  /** Stops the server, unless others are connected. Close your own connections first. Can be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from the binaries that npm installed, on a socket that only its account can open, and keeps it
 * running. The first start takes one or two seconds, later ones a tenth.
 * @throws OperatorError that says what to do
 */
export async function startEmbedded(o: EmbeddedOptions): Promise<EmbeddedPostgres> {
  let account: Account | undefined;
  try {
    const wanted = resolve(o.directory);
    account = unprivilegedAccount(o.account, await ownerOf(wanted));
    const home = await makeHome(wanted, account);
    const binaries = await reachableBinaries(await findBinaries(), account, home, o.log);
    const data = await ensureDataDirectory(home, binaries, account, o.log);
    const settings = o.settings ?? postgresSettings(usableMemory(), availableParallelism());
    let socketDirectory = chooseSocketDirectory(home);
    const start = async (): Promise<Postmaster> => {
      await makeSocketDirectory(socketDirectory, account); // again: the system sweeps its temporary directory
      return startOrAdopt({ home, data, socketDirectory, binaries, account, settings, log: o.log });
    };
    const first = await start();
    socketDirectory = first.socketDirectory; // an adopted server's may be another; our URL names it from now on
    return keepRunning(first, start, o);
  } catch (e) {
    throw explainFailure(e, o.directory, account);
  }
}

function keepRunning(first: Postmaster, start: () => Promise<Postmaster>, o: EmbeddedOptions): EmbeddedPostgres {
  const supervisor = supervise({ first, start, onRestart: o.onRestart ?? (() => undefined), log: o.log });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await stopIfUnused(supervisor.current(), o.log);
  };
  return {
    url: socketUrl(first.socketDirectory, first.port),
    adopted: first.adopted,
    get pid() {
      return supervisor.current().pid;
    },
    stop: () => (stopping ??= stop()),
  };
}

function ownerOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (at) => at.uid,
    () => undefined,
  );
}

/** Makes the server's folder, open to its account alone. Folders above it that are missing let the account pass. */
async function makeHome(directory: string, account: Account | undefined): Promise<string> {
  await mkdir(dirname(directory), { recursive: true, mode: account ? 0o711 : 0o700 });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const home = await realpath(directory);
  if (account) {
    if (!(canReach(account, home))) {
      throw new OperatorError(
        `${account.name}, who is to run PostgreSQL, cannot reach ${home}: ` +
          'set ANTICS_DATA_DIR to a folder below ones that everybody may enter, such as /var/lib/antics.',
      );
    }
    if ((await ownerOf(home)) === 0) await lchown(home, account.uid, account.gid);
  }
  return home;
}
