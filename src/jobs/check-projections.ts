import { sql } from 'kysely';

import { addDays } from '../domain/local-time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import '../projections/recount/checks.read.ts';
import { recount, type RecountReport } from '../projections/recount/recount.ts';

export interface CheckProjectionsOptions {
  /** Tables of projections belong to the owner. */
  readonly owner: Db;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'error'>;
  /** From 0 up to 1. Default `Math.random`. */
  readonly random?: () => number;
}

const SITES = 3;
/** Most of what is read is of the last month. */
const DAYS = 35;

interface Sample {
  siteId: number;
  id: string;
  domain: string;
  day: string;
}

/**
 * Counts some days of some sites anew from the log and holds the figures that are served against them: of three sites
 * yesterday, and a random day of the last 35. What is found stays in `projection_checks`; a difference is an error in
 * the log, with the command that lists it.
 */
export async function checkProjections(o: CheckProjectionsOptions, signal?: AbortSignal): Promise<void> {
  for (const sample of await drawSamples(o)) {
    if (signal?.aborted === true) return;
    const { siteId, day } = sample;
    const report = await recount({ db: o.owner, view: 'all', siteId, from: day, to: day });
    const differences = await keep(o.owner, sample, report);
    if (differences > 0) o.log.error({ ...found(report), site: sample.id, day }, adviceOn(sample, differences));
  }
}

async function drawSamples({ owner, clock, random = Math.random }: CheckProjectionsOptions): Promise<Sample[]> {
  const today = new Date(clock()).toISOString().slice(0, 10);
  const sites = await owner.selectFrom('sites').select(['site_id', 'id', 'domain']).orderBy('site_id').execute();
  const samples: Sample[] = [];
  for (let i = 0; i < SITES && sites.length > 0; i++) {
    const [site] = sites.splice(Math.floor(random() * sites.length), 1);
    if (site === undefined) break;
    const ago = 1 + Math.floor(random() * DAYS);
    for (const day of new Set([addDays(today, -1), addDays(today, -ago)])) {
      samples.push({ siteId: site.site_id, id: site.id, domain: site.domain, day });
    }
  }
  return samples;
}

async function keep(owner: Db, { siteId, day }: Sample, report: RecountReport): Promise<number> {
  const differences = report.views.reduce((sum, view) => sum + view.differences, 0);
  const views = JSON.stringify(found(report));
  await sql`insert into projection_checks (checked_at, site_id, day, position, hits, differences, views)
    values (clock_timestamp(), ${siteId}, ${day}::date, ${report.position}, ${report.hits}, ${differences}, ${views}::jsonb)
  `.execute(owner);
  return differences;
}

const found = ({ views }: RecountReport): Record<string, number> =>
  Object.fromEntries(views.map(({ view, differences }) => [view, differences]));

function adviceOn({ domain, day }: Sample, differences: number): string {
  return (
    `${differences} figures of ${domain} on ${day} are not what the log says: list them with ` +
    `\`antics projections verify all --site ${domain} --from ${day} --to ${day}\`, ` +
    'and make them anew with `antics projections rebuild all`'
  );
}
