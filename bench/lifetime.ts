import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What has to be undone before the bench ends: children, PostgreSQL, folders. The last first. */
const endings: (() => Promise<void>)[] = [];
let ending: Promise<void> | undefined;

/** Registers what ends something, and answers it, to be called earlier: it has to stand being called twice. */
export function atEnd(end: () => Promise<void>): () => Promise<void> {
  if (ending === undefined) endings.push(end);
  else void end(); // it started while everything else was being ended
  return end;
}

/** What fails from now on fails because the bench is ending. */
export function isEnding(): boolean {
  return ending !== undefined;
}

/** Can be called twice. A failure of one leaves the others their turn. */
export function endAll(): Promise<void> {
  return (ending ??= run());
}

async function run(): Promise<void> {
  for (const end of endings.reverse()) {
    await end().catch((e: unknown) => console.error('bench: while cleaning up:', e));
  }
}

/** A temporary folder that the account of the embedded server can pass through. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'antics-bench-'));
  await chmod(folder, 0o711);
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Ctrl-C ends what was started, then the bench. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error(`bench: ${signal}, ending`);
      void endAll().finally(() => process.exit(130));
    });
  }
}
