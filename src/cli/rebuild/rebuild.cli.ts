import type { Command } from 'commander';
import type { Config } from '../../platform/config.ts';
import { openDatabase } from '../../platform/database.ts';
import { readSpamHosts } from '../../projections/operate/spam-file.ts';
import { PROJECTOR_SETTINGS } from '../../projections/engine/projector.ts';
import { rebuild } from '../../projections/engine/rebuild.ts';
import { CATALOG } from '../../projections/views.ts';
import { number } from '../format.ts';

export interface RebuildDeps {
  readConfig: () => Config;
  /** Opens the database of the configuration, migrated. */
  openGround: (config: Config, log: (line: string) => void) => Promise<{ url: string; stop(): Promise<void> }>;
  out: (line: string) => void;
  err: (line: string) => void;
}

const TELL_EVERY_MS = 2_000;

export function addRebuild(program: Command, deps: RebuildDeps): void {
  program
    .command('rebuild')
    .description('build all figures anew from the log, beside those that are served, and switch to them')
    .addHelpText(
      'after',
      `
It can run beside a server, which answers from the former figures until the switch. What it needs: after an update
that says so in the changelog, or when \`antics status\` shows a suspended view.

Examples:
  antics rebuild`,
    )
    .action(() => run(deps));
}

async function run(deps: RebuildDeps): Promise<void> {
  const config = deps.readConfig();
  const ground = await deps.openGround(config, deps.err);
  const database = openDatabase({
    url: ground.url,
    max: 1,
    applicationName: 'antics rebuild',
    statementTimeoutMs: 0,
    settings: PROJECTOR_SETTINGS,
    onError: () => undefined, // what runs rejects besides
  });
  try {
    const spamHosts = await readSpamHosts(config.referrerSpamFile);
    const started = performance.now();
    let toldAt = started;
    const { generation, position } = await rebuild({
      db: database.db,
      catalog: CATALOG,
      spamHosts,
      onProgress(at, head) {
        if (performance.now() - toldAt < TELL_EVERY_MS) return;
        toldAt = performance.now();
        const share = head === 0n ? 100 : Math.floor((Number(at) / Number(head)) * 100);
        deps.err(`position ${number(Number(at))} of ${number(Number(head))} (${share} %)`);
      },
      onError: deps.err,
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    deps.out(`Generation ${generation} serves now: position ${number(Number(position))}, built in ${seconds} s.`);
  } finally {
    await database.close();
    await ground.stop();
  }
}
