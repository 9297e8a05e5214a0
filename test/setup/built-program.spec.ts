import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { builtProgram } from './built-program.ts';

let folder: string;
let made = 0;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antics-build-'));
  made = 0;
});
afterEach(() => rm(folder, { recursive: true }));

async function make(where: string): Promise<void> {
  made += 1;
  await mkdir(join(where, 'dist'));
  await writeFile(join(where, 'dist/main.js'), '');
}

it('is built once for all who ask at once, and after', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => builtProgram(folder, make)));
  expect([...new Set([...all, await builtProgram(folder, make)])]).toEqual([join(folder, 'program/dist/main.js')]);
  expect(made).toBe(1);
  expect(await readdir(folder)).toEqual(['program']);
});

it('is built by another one when it fails, or its builder died or hangs', async () => {
  await expect(builtProgram(folder, () => Promise.reject(new Error('no compiler')))).rejects.toThrow('no compiler');
  const dead = spawnSync(process.execPath, ['--version']).pid;
  await writeFile(join(folder, 'lock'), String(dead));
  await builtProgram(folder, make);
  await rm(join(folder, 'program'), { recursive: true });
  await writeFile(join(folder, 'lock'), String(process.pid));
  const longAgo = new Date(Date.now() - 121_000);
  await utimes(join(folder, 'lock'), longAgo, longAgo);
  await builtProgram(folder, make);
  expect(made).toBe(2);
});
