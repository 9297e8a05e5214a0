import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { commitLazily } from '../facts/commit-lazily.ts';
import type { FrontierMove } from '../facts/frontier.ts';
import type { Names } from '../facts/names.ts';
import type { Rules } from '../facts/rules.ts';
import { prepareRun } from '../facts/run.ts';
import { writeVisits } from '../facts/write-facts.ts';
import type { View } from '../views/view.ts';
import { ensureBuildTables } from './build.tables.ts';
import { readDayHits } from './day-hits.ts';
import { measureDayViews } from './day-measures.ts';
import { groupDayVisits } from './day-visits.ts';
import type { BuildDaysOptions, DayPiece } from './pieces.ts';
import { periodOf } from './plan.ts';
import { joiningByHash } from './settings.ts';

/**
 * Visits, and the rows of views, of whole days of a site. Views fold with their own SQL, the days as a batch that came
 * when the site was where it is: they are added to the periods that are over, whichever other pieces are there.
 */
export async function buildDays(
  tx: Tx,
  names: Names,
  rules: Rules,
  views: readonly View[],
  piece: DayPiece,
  options: BuildDaysOptions,
): Promise<void> {
  const folded = views.filter((view) => view.build === undefined);
  await ensureBuildTables(tx, folded.flatMap((view) => view.scratch ?? []));
  await commitLazily(tx);
  await sql`insert into site_frontier (site_id, first_day, old_day, new_day)
    select site_id, ${sql.lit(piece.fromDay)}::date, day, day from ${names('frontier')}
    where site_id = ${sql.lit(piece.siteId)}`.execute(tx);
  await readDayHits(tx, names, rules, piece);
  const run = await prepareRun(tx);
  await joiningByHash(tx, async () => {
    await measureDayViews(run, rules);
    await groupDayVisits(run, names);
    await run.flush();
  });
  if (options.writeVisits) await writeVisits(run, names);
  // The planner expects as many groups as rows, and would sort them all.
  run.set('enable_sort', 'off');
  for (const view of folded) await view.fold(run, names, moveOf(piece));
  await run.flush();
}

/** Roll-ups of periods that the piece has the whole of have no row yet; others may have one of another piece. */
function moveOf({ fromDay, toDay }: DayPiece): FrontierMove {
  const isWhole = (grain: 'third' | 'month'): boolean =>
    periodOf(fromDay, grain)[0] === fromDay && periodOf(toDay, grain)[1] === toDay;
  return { late: true, closes: false, fresh: { day: true, third: isWhole('third'), month: isWhole('month') } };
}
