import { spawn } from 'node:child_process';

import type { Account } from './account.ts';

/** What our child processes get: nothing of our environment, so that no PG* variable or secret reaches them. */
export interface RunAs {
  account: Account | undefined;
  cwd: string;
}

export function spawnOptions(o: RunAs): { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number } {
  return {
    cwd: o.cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(o.account ? { uid: o.account.uid, gid: o.account.gid } : {}),
  };
}

/** Runs a program to its end and gives what it wrote. Rejects with that text when it fails or cannot be started. */
export function run(file: string, args: readonly string[], o: RunAs): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...spawnOptions(o), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${file} ended with ${String(code ?? signal)}\n${output.trim()}`));
    });
  });
}
