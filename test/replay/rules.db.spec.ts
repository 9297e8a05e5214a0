import { setTimeout as sleep } from 'node:timers/promises';

import type { RuleSet } from '../../src/domain/rules/rule-set.ts';
import { rulesV1 } from '../../src/domain/rules/v1/rules.ts';
import type { Catalog } from '../../src/projections/catalog.ts';
import { createGeneration } from '../../src/projections/engine/generation.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { namesOf } from '../../src/projections/facts/names.ts';
import { diffProjection, diffText } from '../../src/projections/operate/diff.ts';
import { promoteProjection } from '../../src/projections/operate/promote.ts';
import { rollBackProjection } from '../../src/projections/operate/rollback.ts';
import { VIEWS } from '../../src/projections/views.ts';
import { event, FIREFOX, given, pageView, type GivenSite } from '../given.ts';
import { expectReadsEqualOracle } from '../laws/oracle-laws.ts';
import { readsOfGeneration } from '../laws/projection-reads.ts';
import { domainRules } from '../oracle/domain-rules.ts';
import { readLog, type LogRow } from '../oracle/log-row.ts';
import type { Rules } from '../oracle/rules.ts';
import { CONTEXT, openBeside, positionOf, type Beside } from './beside.ts';
import { keepVisiting } from './meanwhile.ts';
import { projectionsOf } from './projections-of.ts';

const READER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 ReadsAloud/1.0';
const NEWS = 'news.ycombinator.com';

let beside: Beside;
let site: GivenSite;

beforeAll(async () => {
  beside = await openBeside();
  site = await given(beside.db).site({ domain: 'one.example' });
  await site.append(...lastYear());
  await beside.fold(1);
});

afterAll(() => beside.close());

/** Two months of hits that each change of rules is about. */
function lastYear() {
  return Array.from({ length: 10 }, (_, i) => {
    const at = (minutes: number): number => Date.parse('2025-03-01T09:00Z') + i * 130 * 3_600_000 + minutes * 60_000;
    const who = { visitor: `v${i % 4}`, userAgent: i % 5 === 0 ? READER : FIREFOX };
    return [
      pageView(`/blog/${i}`, { ...who, at: at(0), referrer: i % 2 === 0 ? `https://${NEWS}/` : 'https://google.com/' }),
      pageView('/pricing', { ...who, at: at(i % 3 === 0 ? 15 : 2) }),
      event('Signup', { ...who, at: at(45), pathname: `/blog/${i}` }),
    ];
  }).flat();
}

const toChannel: RuleSet = {
  ...rulesV1,
  version: 2,
  interpretSource: (raw) => {
    const source = rulesV1.interpretSource(raw);
    return raw.referrerHost === NEWS ? { ...source, channel: 'Email' } : source;
  },
};
const pageOf = (pathname: string): string => (pathname.startsWith('/blog/') ? '/blog/:title' : pathname);
const isReader = (userAgent: string): boolean => userAgent.includes('ReadsAloud');

/** Another version of the rules; and how the oracle counts by them. */
const CHANGES: Record<string, { set: RuleSet; rules: Rules; rows?: (row: LogRow) => LogRow }> = {
  'the channel table': {
    set: toChannel,
    rules: {
      ...domainRules,
      source: (row) => {
        const source = domainRules.source(row);
        return row.referrer?.includes(NEWS) === true ? { ...source, channel: 'Email' } : source;
      },
    },
  },
  'the list of bots': {
    set: {
      ...rulesV1,
      version: 2,
      interpretAgent: (text) => ({ ...rulesV1.interpretAgent(text), ...(isReader(text) ? { bot: true } : {}) }),
    },
    rules: { ...domainRules, counts: (row) => domainRules.counts(row) && !isReader(row.user_agent) },
  },
  'what counts as a page': {
    set: { ...rulesV1, version: 2, pageOf },
    rules: domainRules,
    rows: (row) => ({ ...row, pathname: pageOf(row.pathname) }),
  },
  'the gap between visits': {
    set: { ...rulesV1, version: 2, visitGapMs: 600_000 },
    rules: { ...domainRules, visitGapMs: 600_000 },
  },
};

const catalogWith = (set: RuleSet): Catalog => ({ views: VIEWS, ruleSets: [rulesV1, set] });

describe('new rules over old hits', () => {
  it.each(Object.keys(CHANGES))('equal the oracle by the same rules where %s changes', async (name) => {
    const { set, rules, rows: asRules = (row: LogRow) => row } = CHANGES[name] ?? {};
    if (set === undefined || rules === undefined) throw new Error('no such change');
    const catalog = catalogWith(set);
    const generation = await beside.ready({ catalog });
    const rows = await readLog(beside.db);
    const reads = readsOfGeneration(beside.db, namesOf(generation), 1_000);
    await expectReadsEqualOracle(reads, rows.map(asRules), rules);
    await expect(expectReadsEqualOracle(reads, rows, domainRules)).rejects.toThrow('the reads are not what the log says');
    const { sites } = await diffProjection({ database: beside.owner, catalog }, { name: 'all' });
    expect(sites.map(({ metrics }) => metrics.length > 0)).toEqual([true]);
    await beside.dropReady();
  });

  it("move last year's channels, told before anyone promotes, and are rolled back while hits come in", async () => {
    const catalog = catalogWith(toChannel);
    const operator = { database: beside.owner, catalog };
    const projections = projectionsOf(beside.url);
    const worker = projections.startProjector({ catalog });
    const visited = await given(beside.db).site({ domain: 'two.example' });
    const visiting = keepVisiting(visited);
    // A worker folds both, each by its own rules, from here on.
    const generation = await beside.db.transaction().execute((tx) => createGeneration(tx, catalog, { state: 'ready' }));
    const before = await channels();
    expect(before).toContain('Organic Search 5');
    expect(before.some((line) => line.startsWith('Email'))).toBe(false);

    const diff = await diffProjection(operator, { name: 'all' });
    expect(diff).toMatchObject({ generation, serving: 1, unmoved: 1, leftOut: [] });
    expect(diff.sites.map(({ site: of, metrics }) => [of.domain, metrics.map(({ metric, moved }) => [metric, moved])])).toEqual([
      ['one.example', [['channel', 2]]],
    ]);
    const [, , domain, sums, channel, ...values] = diffText(diff);
    expect([domain, sums, channel]).toEqual(['one.example', '  the sums stay', '  channel: 2 values move']);
    expect(values.map((line) => line.replace(/\s+/g, ' ')).join()).toMatch(/Email visitors 0 → \d+ \(\+\d+\) visits 0 → \d+/);

    const { previous } = await promoteProjection(operator, { name: 'all', reason: 'mail', context: CONTEXT });
    expect([previous, (await readServing(beside.db))?.generation]).toEqual([1, generation]);
    const after = await channels();
    expect(after.filter((line) => !before.includes(line))).toContainEqual(expect.stringMatching(/^Email \d+$/));
    // What served before goes on.
    const stood = await positionOf(beside.db, 1);
    const giveUp = Date.now() + 20_000;
    while ((await positionOf(beside.db, 1)) === stood && Date.now() < giveUp) await sleep(50);
    expect(await positionOf(beside.db, 1)).toBeGreaterThan(stood);

    await rollBackProjection(operator, { name: 'all', context: CONTEXT });
    expect(await channels()).toEqual(before);
    await visiting.end();
    await projections.close();
    expect(worker.errors).toEqual([]);
    // Both are what the log says, each by its own rules.
    await beside.fold(1, catalog);
    await beside.fold(generation, catalog);
    const rows = await readLog(beside.db);
    const rules = CHANGES['the channel table']?.rules ?? domainRules;
    await expectReadsEqualOracle(readsOfGeneration(beside.db, namesOf(1), 1_000), rows, domainRules);
    await expectReadsEqualOracle(readsOfGeneration(beside.db, namesOf(generation), 1_000), rows, rules);
  });
});

/** Last year's, as readers see them. */
async function channels(): Promise<string[]> {
  const serving = await readServing(beside.db);
  if (serving === null) throw new Error('nothing serves');
  const scope = { siteId: site.siteId, from: '2025-01-01', to: '2025-12-31' };
  const rows = await readsOfGeneration(beside.db, serving.names, 100).breakdown(scope, 'channel');
  return rows.map(({ value, visits }) => `${value} ${visits}`);
}
