// Nest's decorators need it, and nestjs-prometheus (CommonJS) imports Nest in an order that ends in a cycle unless
// these three were loaded before.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import { readFile } from 'node:fs/promises';
import type { Wire } from './app-parts.ts';
import { buildProgram, runProgram, type CliDeps } from './cli/cli.ts';
import { openStore } from './cli/open-store.ts';
import { addIngest } from './cli/ingest/ingest.cli.ts';
import { addLog } from './cli/log/log.cli.ts';
import { addParked } from './cli/parked/parked.cli.ts';
import { addProjections } from './cli/projections/projections.cli.ts';
import { addRebuildAlias } from './cli/projections/rebuild.cli.ts';
import { startProgress } from './cli/simulate/progress.ts';
import { DEMO_HITS, seedDemo, waitUntilFolded } from './cli/simulate/demo.ts';
import { cliActor } from './cli/store.ts';
import { openGround } from './ground.ts';
import { readConfig, type Config } from './platform/config.ts';
import { AnticsError } from './platform/errors.ts';
import { serve, type Serving } from './serve.ts';

/** Runs what the command line asks for, and ends the process with its exit code. */
export async function main(wire: Wire): Promise<void> {
  const out = (line: string): void => void process.stdout.write(`${line}\n`);
  const err = (line: string): void => void process.stderr.write(`${line}\n`);
  const isTerminal = process.stderr.isTTY === true;
  const deps: CliDeps = {
    serve: () => serve({ wire, ...read(err), out, isTerminal: process.stdout.isTTY === true }),
    demo: () =>
      serve({
        wire,
        ...read(err),
        out,
        isTerminal: process.stdout.isTTY === true,
        onStarted: (serving) => showDemo(serving, isTerminal, out, err),
      }),
    openStore: () => openStore(read(err).config, err),
    version: await readVersion(),
    out,
    err,
    isTerminal,
  };
  const program = buildProgram(deps);
  const operator = { readConfig: () => read(err).config, openGround, out, err, isTerminal };
  addProjections(program, operator);
  addParked(program, operator);
  addRebuildAlias(program, operator);
  addIngest(program, { ...deps, readConfig: () => read(err).config });
  addLog(program, { readConfig: () => read(err).config, openGround, out, err });
  process.exit(await runProgram(program, process.argv.slice(2), err));
}

/** Warnings are told, mistakes thrown all at once. */
function read(err: (line: string) => void): { config: Config } {
  // eslint-disable-next-line no-restricted-syntax -- handed to the one file that reads it
  const { config, warnings } = readConfig(process.env);
  for (const warning of warnings) err(`warning: ${warning}`);
  return { config };
}

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function showDemo(
  { server, stopping }: Serving,
  isTerminal: boolean,
  out: (line: string) => void,
  err: (line: string) => void,
): Promise<void> {
  const progress = startProgress(DEMO_HITS, isTerminal, err);
  const onProgress = progress.update;
  const seeding = seedDemo(server.writer.db, { actor: cliActor(), signal: stopping, onProgress });
  const seeded = await seeding.finally(() => progress.stop()).catch((e: unknown) => {
    if (stopping.aborted || e instanceof AnticsError) return undefined;
    throw e;
  });
  if (seeded === undefined || stopping.aborted) return;
  err('Folding them into figures …');
  await waitUntilFolded(server.writer.db, stopping);
  if (stopping.aborted) return;
  const { id, domain } = seeded;
  out(`Demo    ${domain} is a public site: its figures need no key.`);
  out(`        curl '${server.baseUrl}/api/stats/${id}?period=30d'`);
}
