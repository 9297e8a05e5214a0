import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';

import { findBinaries } from '../src/platform/embedded/binaries.ts';

const TMPFS = 0x0102_1994;

/** What the figures were measured on, for the head of the table. */
export async function describeMachine(): Promise<string[]> {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const [load = 0] = loadavg();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const { version } = await findBinaries();
  const lines = [
    `${new Date().toISOString()} · ${availableParallelism()} cores (${model}) · ${memory} GB`,
    `Node ${process.versions.node} · PostgreSQL ${version}, durable, with the settings that ship`,
  ];
  if (load > 0.5) lines.push(`The machine was busy before it began (load ${load.toFixed(1)}): expect worse figures.`);
  if ((await statfs(tmpdir())).type === TMPFS) {
    lines.push(`${tmpdir()} is in memory: writing there is no disk. Set TMPDIR to a folder on one.`);
  }
  return lines;
}
