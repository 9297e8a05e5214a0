import { access } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import type { CliDeps } from '../cli-deps.ts';
import { formatStatus } from './format-status.ts';
import { readStatus } from './read-status.ts';

/** Where the first start leaves the admin API key when there is no terminal to show it on. */
const KEY_FILE = 'admin-key';

export function addStatus(program: Command, deps: CliDeps): void {
  program
    .command('status')
    .description('show the head of the log, how far the projections are, sizes, and hosts that were refused')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Examples:
  antics status
  antics status --json | jq .projections`,
    )
    .action((options: { json?: true }) => run(options.json === true, deps));
}

async function run(json: boolean, deps: CliDeps): Promise<void> {
  const store = await deps.openStore();
  try {
    const status = await readStatus(store.db);
    if (json) {
      deps.out(JSON.stringify({ database: store.place, ...status }, null, 2));
      return;
    }
    const keyFile = join(store.dataDir, KEY_FILE);
    const context = { place: store.place, baseUrl: store.baseUrl, keyFile: (await isThere(keyFile)) ? keyFile : null };
    for (const line of formatStatus(status, context)) deps.out(line);
  } finally {
    await store.close();
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
