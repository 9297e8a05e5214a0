import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startEmbedded, type EmbeddedPostgres } from '../../src/platform/embedded/embedded.ts';
import { isAlive, isPostmasterOf, readPostmasterFile } from '../../src/platform/embedded/postmaster-file.ts';
import { smallSettings } from '../../src/platform/embedded/settings.ts';

const NAME = /^antics-test-(\d+)-/;

/** A temporary folder that the account of the embedded server can pass through, named after this process. */
export async function makeTestFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `antics-test-${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

/**
 * Removed at the end of the run, so it need not survive a power cut: to wait for the disk was half the time of a clone
 * of the template, and of each drop. What must survive a crash is tried with servers that have the settings we ship.
 * Several whole applications at once, in files beside each other, have some twenty connections each.
 */
const settings = () => ({
  ...smallSettings(),
  ...{ fsync: 'off', full_page_writes: 'off', wal_compression: 'off', max_wal_size: '1GB' },
  max_connections: '400',
});

export async function startTestServer(folder: string): Promise<EmbeddedPostgres> {
  return startEmbedded({ directory: join(folder, 'postgres'), settings: settings(), log: () => undefined });
}

/** A run that was killed leaves its server and its folder behind: ends and removes those whose process is gone. */
export async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const maker = Number(NAME.exec(name)?.[1]);
    if (!(maker > 0) || isAlive(maker)) continue;
    const folder = join(tmpdir(), name);
    // Another user's folder cannot be read or removed: it is theirs to clear.
    await endServer(join(folder, 'postgres', 'data')).catch(() => undefined);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function endServer(data: string): Promise<void> {
  const file = await readPostmasterFile(data);
  if (file && (await isPostmasterOf(file.pid, data))) process.kill(file.pid, 'SIGQUIT');
}
