import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isAlive, isPostmasterOf, isTaken, readPostmasterFile } from './postmaster-file.ts';

describe('what a server says of itself', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'postmaster-'));
  });
  afterEach(() => rm(data, { recursive: true }));

  it('is read by line, also while it is being written', async () => {
    const path = join(data, 'postmaster.pid');
    expect(await readPostmasterFile(data)).toBeUndefined();
    await writeFile(path, '');
    expect(await readPostmasterFile(data)).toBeUndefined();
    await writeFile(path, '42\n/data\n1700000000\n5432\n/s\n');
    expect(await readPostmasterFile(data)).toEqual({ pid: 42, port: 5432, socketDirectory: '/s', status: '' });
    await writeFile(path, '42\n/data\n1700000000\n5432\n/s\n\n  1  2\nready   \n');
    expect(await readPostmasterFile(data)).toMatchObject({ status: 'ready' });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('does not hold once the process has ended, collected or not', async () => {
    // The shell's child ends, and the program that takes the shell's place never asks for it.
    const script = 'sleep 0.2 & echo $!; exec sleep 30';
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const zombie = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    for (let i = 0; i < 500 && isAlive(zombie); i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect([isTaken(zombie), isAlive(zombie), await isPostmasterOf(zombie, data)]).toEqual([true, false, false]);
    expect([isAlive(process.pid), await isPostmasterOf(process.pid, data)]).toEqual([true, false]);
    parent.kill('SIGKILL');
  });
});
