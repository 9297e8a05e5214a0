import { sql } from 'kysely';

import type { RuleSet } from '../../domain/rules/rule-set.ts';
import { RULE_SETS } from '../../domain/rules/rule-sets.ts';
import { spamMatcher } from '../../domain/rules/v1/spam/spam-hosts.ts';
import type { Db, Tx } from '../../platform/database.ts';
import { OperatorError } from '../../platform/errors.ts';
import { readServing, type Serving } from '../engine/status.read.ts';
import { countViews } from './count-views.ts';
import { RECOUNTED_VIEWS, type RecountedView, type RecountReport } from './report.ts';
import { readScope, type Asked } from './scope.ts';

export type { RecountedView, RecountExample, RecountOfView, RecountReport } from './report.ts';
export { RECOUNTED_VIEWS } from './report.ts';

export interface RecountOptions extends Asked {
  /** One connection as owner. Temporary tables are made in it, and dropped again. */
  db: Db;
  view: RecountedView | 'all';
  /** `hits`: only what hits tell without visits (visitors, page views, events), in a third of the time. */
  only?: 'hits';
  /** Versions of the rules that a generation may have been made by. Default: those that this code has. */
  ruleSets?: readonly RuleSet[];
  onProgress?(progress: RecountProgress): void;
}

export interface RecountProgress {
  /** Hits of the log counted so far, and in all. */
  hits: number;
  of: number;
}

/** The versions of each view whose tables are known here. */
const VERSIONS: Readonly<Record<RecountedView, readonly number[]>> = {
  ...{ summary: [1], pages: [1, 2], breakdown: [1], paths: [1], live: [1], vitals: [1] },
};

/**
 * Counts what serves once more from the rows of the log, by definitions of its own: nothing that the fold has written
 * is read but the tables that are checked. All of it as of one moment, in a snapshot that blocks nobody: hits come in
 * and are folded meanwhile. Memory here is the same for any log; in the database it is `work_mem`, and temporary files.
 *
 * @throws OperatorError where nothing serves, or what serves was made by rules that this code has not
 */
export async function recount(o: RecountOptions): Promise<RecountReport> {
  const started = performance.now();
  return await o.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      await settle(tx);
      const serving = await readServing(tx);
      if (serving === null) throw new OperatorError('no projections serve yet: there is nothing to verify');
      const { siteId, from, to } = o;
      const asked = { ...(siteId === undefined ? {} : { siteId }), ...(from && { from }), ...(to && { to }) };
      const rules = await readRules(tx, serving, o.ruleSets ?? RULE_SETS);
      const scope = await readScope(tx, asked, { facts: serving.generation, position: String(serving.position), ...rules });
      const { views, leftOut } = comparable(o.view === 'all' ? RECOUNTED_VIEWS : [o.view], serving);
      const counted = await countViews(tx, { ...o, scope, names: serving.names, versions: serving.versions, views });
      return {
        position: serving.position,
        hits: counted.hits,
        seconds: (performance.now() - started) / 1000,
        views: counted.views,
        leftOut: [...leftOut, ...counted.leftOut],
      };
    });
}

/** One statement may take minutes here. Nothing is locked but the tables' names. */
async function settle(tx: Tx): Promise<void> {
  for (const setting of [
    sql`statement_timeout = 0`,
    sql`idle_in_transaction_session_timeout = '5min'`,
    sql`work_mem = '64MB'`,
    sql`jit = off`,
    // Temporary tables are looked at by the planner before they are joined: some rows of them do.
    sql`default_statistics_target = 10`,
    // What is joined is of any size and in no order.
    sql`enable_mergejoin = off`,
    // Tables of the log are read by several processes where the server allows it.
    sql`parallel_setup_cost = 100`,
    sql`parallel_tuple_cost = 0.01`,
  ]) {
    await sql`set local ${setting}`.execute(tx);
  }
}

async function readRules(tx: Tx, { generation }: Serving, sets: readonly RuleSet[]) {
  const made = await tx
    .selectFrom('projections')
    .select(['rules_version', 'spam_hosts'])
    .where('generation', '=', generation)
    .executeTakeFirstOrThrow();
  const rules = sets.find(({ version }) => version === made.rules_version);
  if (rules === undefined) {
    throw new OperatorError(`this Antics has no rules v${made.rules_version}, by which what serves was made`);
  }
  return { rules, isSpamHost: spamMatcher([...rules.spamHosts, ...(made.spam_hosts ?? [])]) };
}

function comparable(asked: readonly RecountedView[], { versions, suspended }: Serving) {
  const views: RecountedView[] = [];
  const leftOut: string[] = [];
  for (const view of asked) {
    const version = versions[view];
    if (version === undefined) leftOut.push(`${view}: no version of it serves`);
    else if (!VERSIONS[view].includes(version)) leftOut.push(`${view}: v${version} serves, which cannot be counted anew here`);
    else if (suspended.includes(view)) leftOut.push(`${view}: it is suspended, and answers nothing until a rebuild`);
    else views.push(view);
  }
  return { views, leftOut };
}
