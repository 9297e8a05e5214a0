import { readHead } from '../../src/log/head.ts';
import { createLogDatabase } from '../log/log-database.ts';
import { domainRules } from '../oracle/domain-rules.ts';
import { readLog, type LogRow } from '../oracle/log-row.ts';
import { recount, type Scope } from '../oracle/oracle.ts';
import { publishedSummary } from '../oracle/published.ts';
import type { Folder } from './folder.ts';
import { expectLaws, expectLawsOfHardCase, HARD_CASE_NAMES, type Workshop } from './hold.ts';
import type { Reads } from './reads.ts';

// The harness by itself: with an engine that keeps nothing but its position and recounts the log, all laws hold; with
// one that looks past its position, or takes the hits in the order in which they came, they do not.

type View = (rows: LogRow[], position: bigint) => LogRow[];
const upToPosition: View = (rows, position) => rows.filter((row) => BigInt(row.position) <= position);

async function openWorkshop(view: View): Promise<Workshop> {
  const log = await createLogDatabase();
  const { db } = log.open('owner');
  const positions = new Map<Folder, { at: bigint }>();

  const folderAt = (state: { at: bigint }): Folder => {
    const folder: Folder = {
      tables: ['seen'],
      async foldUpTo(position) {
        if (position > (await readHead(db))) throw new Error('there is no such position yet');
        if (position > state.at) state.at = position;
      },
      rows: async () => view(await readLog(db), state.at).map(({ position }) => ({ position })),
      restarted: () => Promise.resolve(folderAt(state)),
    };
    positions.set(folder, state);
    return folder;
  };

  const readsOf = (folder: Folder): Reads => {
    const of = async (scope: Scope) =>
      recount(view(await readLog(db), positions.get(folder)?.at ?? 0n), scope, domainRules);
    return {
      summary: async (scope) => publishedSummary((await of(scope)).summary),
      days: async (scope) => (await of(scope)).days.map((day) => ({ date: day.date, ...publishedSummary(day) })),
      hours: async (scope) => (await of(scope)).hours,
      breakdown: async (scope, metric) => (await of(scope)).breakdown(metric),
      paths: async (scope) => (await of(scope)).paths,
    };
  };

  return { db, engine: { newGeneration: () => Promise.resolve(folderAt({ at: 0n })) }, readsOf, close: log.close };
}

describe('the harness of the laws', () => {
  it('lets an engine pass that recounts up to its position', async () => {
    await expectLaws(() => openWorkshop(upToPosition), { rules: domainRules, numRuns: 3, maxHits: 15 });
  });

  // Each third: the real engine is asked all of them.
  it.each(HARD_CASE_NAMES.filter((_, i) => i % 3 === 0))('lets it pass where %s', async (name) => {
    await expectLawsOfHardCase(() => openWorkshop(upToPosition), name, domainRules);
  });

  it('finds one that looks past its position', async () => {
    const options = { rules: domainRules, numRuns: 20, maxHits: 30, shrinkMs: 1_000 };
    const laws = expectLaws(() => openWorkshop((rows) => rows), options);
    await expect(laws).rejects.toThrow('the reads are not what the log says');
  });

  it('finds one that takes hits at the time at which they were recorded', async () => {
    const late: View = (rows, position) =>
      upToPosition(rows, position).map((row) => ({ ...row, occurred_at: row.recorded_at }));
    const name = 'a late view comes between a view and the t that was of it';
    const laws = expectLawsOfHardCase(() => openWorkshop(late), name, domainRules);
    await expect(laws).rejects.toThrow('the reads are not what the log says');
  });
});
