import { setTimeout as sleep } from 'node:timers/promises';

import { sql, type ControlledTransaction } from 'kysely';

import { readAudit } from '../../src/models/audit/audit.read.ts';
import type { Tables } from '../../src/platform/database.ts';
import type { Catalog } from '../../src/projections/catalog.ts';
import { sweepDropped } from '../../src/projections/engine/drop.ts';
import { createGeneration, createViewGeneration, ensureServing } from '../../src/projections/engine/generation.ts';
import { readServing } from '../../src/projections/engine/status.read.ts';
import { switchGeneration } from '../../src/projections/engine/switch.ts';
import { namesOf, namesWith } from '../../src/projections/facts/names.ts';
import { discardProjection } from '../../src/projections/operate/discard.ts';
import { promoteProjection } from '../../src/projections/operate/promote.ts';
import { rollBackProjection } from '../../src/projections/operate/rollback.ts';
import { READABLE } from '../../src/projections/readable.read.ts';
import { paths } from '../../src/projections/views/paths/v1/paths.view.ts';
import { readPaths } from '../../src/projections/views/paths/v1/paths.read.ts';
import type { View } from '../../src/projections/views/view.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { given, pageView, type GivenSite } from '../given.ts';
import { CONTEXT, headOf, openBeside, positionOf, type Beside } from './beside.ts';

let beside: Beside;
let site: GivenSite;

beforeEach(async () => {
  beside = await openBeside();
  site = await given(beside.db).site();
  await site.append(pageView('/', { visitor: 'ann' }), pageView('/pricing', { visitor: 'ann' }));
  await beside.fold(1);
});

afterEach(() => beside.close());

const operator = () => ({ database: beside.owner, catalog: CATALOG });
const promote = (name: string, reason: unknown = 'because') =>
  promoteProjection(operator(), { name, reason, context: CONTEXT });
const rollBack = (name: string) => rollBackProjection(operator(), { name, context: CONTEXT });
const discard = (name: string) => discardProjection(operator(), { name, context: CONTEXT });

/** A generation of `paths` upon the facts that serve, with the rows of another one. */
async function readyPaths(facts: number, from: number, view: View = paths): Promise<number> {
  const generation = await beside.db.transaction().execute((tx) => createViewGeneration(tx, view, facts));
  await sql`insert into ${namesOf(generation)('paths_day')} select * from ${namesOf(from)('paths_day')}`.execute(beside.db);
  await sql`update projection_views set state = 'ready' where generation = ${generation}`.execute(beside.db);
  return generation;
}

/** Reads for as long as it likes. */
async function openReader(): Promise<ControlledTransaction<Tables>> {
  const reader = await beside.db.startTransaction().execute();
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(reader);
  return reader;
}

async function audit(): Promise<unknown[]> {
  const rows = await readAudit(beside.db, { actor: 'cli:test', after: 0, limit: 100 });
  return rows.map(({ command, type, stream, before, after }) => ({ command, type, stream, before, after }));
}

describe('promoting, rolling back and discarding all', () => {
  it('brings what is ready up to the head, switches, keeps what served, and goes back and forth', async () => {
    await expect(promote('all')).rejects.toThrow('Nothing of all is ready: `antics projections rebuild all` builds it');
    const second = await beside.ready();
    await site.append(pageView('/late', { visitor: 'ann' }));
    await beside.fold(1);
    await expect(promote('all', ' ')).rejects.toThrow('A reason is missing');

    expect(await promote('facts', ' better rules ')).toMatchObject({ generation: second, previous: 1, dropped: [] });
    expect(await beside.states()).toEqual({ serving: [['all', second]], previous: [['all', 1]] });
    expect(await readServing(beside.db)).toMatchObject({ generation: second, position: (await headOf(beside.db)) - 1 });

    await site.append(pageView('/later', { visitor: 'ann' }));
    await beside.fold(second);
    expect(await rollBack('all')).toMatchObject({ generation: 1, previous: second, dropped: [] });
    expect(await positionOf(beside.db, 1)).toBeGreaterThanOrEqual(await positionOf(beside.db, second));
    expect(await rollBack('all')).toMatchObject({ generation: second, previous: 1 });

    // Two are kept: the third takes the place of the first.
    const third = await beside.ready();
    expect(await promote('all')).toMatchObject({ generation: third, previous: second, dropped: [1] });
    expect(await beside.schemas()).toEqual([`projection_${second}`, `projection_${third}`]);
    expect(await discard('all')).toEqual({ name: 'all', generation: second, state: 'previous' });
    expect(await beside.schemas()).toEqual([`projection_${third}`]);
    await expect(rollBack('all')).rejects.toThrow('Nothing that served before is kept of all.');
    await expect(discard('all')).rejects.toThrow('There is nothing of all but what serves.');

    const switched = { type: 'ProjectionSwitched', stream: 'projection:all' };
    const dropped = { type: 'ProjectionDiscarded', stream: 'projection:all', after: null };
    expect(await audit()).toEqual([
      { ...switched, command: 'PromoteProjection', before: { serving: 1 }, after: { serving: 2, reason: 'better rules' } },
      { ...switched, command: 'RollBackProjection', before: { serving: 2 }, after: { serving: 1 } },
      { ...switched, command: 'RollBackProjection', before: { serving: 1 }, after: { serving: 2 } },
      { ...dropped, command: 'PromoteProjection', before: { generation: 1, state: 'previous' } },
      { ...switched, command: 'PromoteProjection', before: { serving: 2 }, after: { serving: 3, reason: 'because' } },
      { ...dropped, command: 'DiscardProjection', before: { generation: 2, state: 'previous' } },
    ]);
  });

  it('discards what is being built or ready before what served, and promotes nothing half-built', async () => {
    await beside.ready();
    await promote('all');
    const building = await beside.db.transaction().execute((tx) => createGeneration(tx, CATALOG, { state: 'building' }));
    await expect(promote('all')).rejects.toThrow(`Generation ${building} of all is still being built`);
    expect(await discard('all')).toEqual({ name: 'all', generation: building, state: 'building' });
    expect(await beside.states()).toEqual({ serving: [['all', 2]], previous: [['all', 1]] });
    await expect(discard('nothing')).rejects.toThrow('There is no such projection');
  });

  it('waits for no reader of what it drops', async () => {
    await beside.ready();
    await promote('all');
    const third = await beside.ready();
    const reader = await openReader();
    await sql`select from ${namesOf(1)('summary_day')}`.execute(reader);
    const o = { name: 'all', by: 'promote', reason: 'x', differences: null, context: CONTEXT } as const;
    const switching = switchGeneration(beside.db, { ...o, catalog: CATALOG, generation: third });
    while ((await readServing(beside.db))?.generation !== third) await sleep(2);
    expect(await switching).toMatchObject({ previous: 2, dropped: [{ generation: 1, state: 'previous' }] });
    // What it read is there until it ends; then the next sweep takes it.
    expect(await beside.schemas()).toContain('projection_1');
    await sql`select from ${namesOf(1)('summary_day')}`.execute(reader);
    await reader.rollback().execute();
    expect(await sweepDropped(beside.db, CATALOG)).toBe(0);
    expect(await beside.schemas()).toEqual(['projection_2', 'projection_3']);
  });

  it('gives a number once more only when its schema is gone', async () => {
    const second = await beside.ready();
    const reader = await openReader();
    await sql`select from ${namesOf(second)('summary_day')}`.execute(reader);
    await discard('all');
    expect(await beside.ready({ behind: true })).toBe(second + 1);
    await reader.rollback().execute();
  });
});

describe('promoting, rolling back and discarding one view', () => {
  it('switches upon the same facts, and drops the table that stood with them at the next switch', async () => {
    const second = await readyPaths(1, 1);
    expect(await promote('paths')).toMatchObject({ generation: second, previous: 1, dropped: [] });
    const serving = await readServing(beside.db);
    expect(serving).toMatchObject({ generation: 1, versions: { paths: 1 } });
    expect(await pathsRead()).toEqual(['/ -> /pricing']);
    expect(await rollBack('paths')).toMatchObject({ generation: 1, previous: second });
    expect(await rollBack('paths')).toMatchObject({ generation: second, previous: 1 });

    const third = await readyPaths(1, second);
    expect(await promote('paths')).toMatchObject({ generation: third, previous: second, dropped: [1] });
    await expect(beside.rows(1, 'paths_day')).rejects.toThrow('does not exist');
    expect(await pathsRead()).toEqual(['/ -> /pricing']);
    // They follow the facts: the next hits are in both.
    await site.append(pageView('/docs', { visitor: 'bob' }));
    await beside.fold(1);
    expect(await pathsRead()).toEqual(['/ -> /pricing', '/docs']);
    expect(await beside.rows(second, 'paths_day')).toHaveLength(2);
    expect(await discard('paths')).toEqual({ name: 'paths', generation: second, state: 'previous' });
    expect(await beside.schemas()).toEqual(['projection_1', `projection_${third}`]);
  });

  it('goes with the facts that it was built with, and those that were not, are dropped', async () => {
    const alone = await readyPaths(1, 1);
    await promote('paths');
    const whole = await beside.ready();
    await expect(promote('paths')).rejects.toThrow('promote all');
    expect(await promote('all')).toMatchObject({ generation: whole, previous: 1, dropped: [1] });
    // What served of it upon those facts is kept with them.
    expect(await beside.states()).toEqual({ serving: [['all', whole]], previous: [['all', 1], ['paths', alone]] });
    await expect(rollBack('paths')).rejects.toThrow('roll back all');
    await expect(discard('paths')).rejects.toThrow('discard all');

    const again = await readyPaths(whole, whole);
    expect(await promote('paths')).toMatchObject({ generation: again, previous: whole });
    expect(await rollBack('all')).toMatchObject({ generation: 1, previous: whole, dropped: [whole] });
    expect(await pathsRead()).toEqual(['/ -> /pricing']);
    expect(await beside.states()).toMatchObject({ previous: [['all', whole], ['paths', again]] });
    await expect(discard('all')).resolves.toMatchObject({ generation: whole });
    expect(await beside.schemas()).toEqual(['projection_1', `projection_${alone}`]);
  });

  it('does not switch to what was discarded meanwhile', async () => {
    const second = await readyPaths(1, 1);
    await discard('paths');
    const o = { name: 'paths', by: 'promote', reason: 'x', differences: null, context: CONTEXT } as const;
    const switching = switchGeneration(beside.db, { ...o, catalog: CATALOG, generation: second });
    await expect(switching).rejects.toThrow(`generation ${second} is not there any more`);
  });

  async function pathsRead(): Promise<string[]> {
    const serving = await readServing(beside.db, READABLE);
    if (serving === null) throw new Error('nothing serves');
    const scope = { siteId: site.siteId, from: '2000-01-01', to: '2100-01-01', limit: 10 };
    const rows = await readPaths(beside.db, serving.names, scope);
    return rows.map(({ steps }) => steps.join(' -> ')).sort();
  }
});

describe('a process of another version', () => {
  const newer: Catalog = { ...CATALOG, views: [...CATALOG.views, { ...paths, version: 2 }] };
  const readsBoth = { ...READABLE, paths: [1, 2] };

  it('reads what served before where it cannot read what serves, of a view and of all', async () => {
    const generation = await readyPaths(1, 1, { ...paths, version: 2 });
    await promoteProjection({ database: beside.owner, catalog: newer }, { name: 'paths', reason: 'x', context: CONTEXT });
    expect((await readServing(beside.db, READABLE))?.versions).toMatchObject({ paths: 1, summary: 1 });
    const serving = await readServing(beside.db, readsBoth);
    expect(serving?.versions).toMatchObject({ paths: 2 });
    const name = (of: typeof serving) => sql`${of?.names('paths_day')}`.compile(beside.db).sql;
    expect(name(serving)).toBe(sql`${namesWith(1, new Map([['paths_day', generation]]))('paths_day')}`.compile(beside.db).sql);

    const whole = await beside.ready({ catalog: newer });
    await promoteProjection({ database: beside.owner, catalog: newer }, { name: 'all', reason: 'x', context: CONTEXT });
    expect(await readServing(beside.db, readsBoth)).toMatchObject({ generation: whole });
    // Of the facts that served before only version 2 of it is left: there is nothing that it could read.
    expect(await readServing(beside.db, READABLE)).toBe(null);
  });

  it('goes on with the facts that served before, which newer ones keep', async () => {
    const whole = await beside.ready({ catalog: newer });
    await promoteProjection({ database: beside.owner, catalog: newer }, { name: 'all', reason: 'x', context: CONTEXT });
    expect(await readServing(beside.db, READABLE)).toMatchObject({ generation: 1, versions: { paths: 1 } });
    expect(await readServing(beside.db, readsBoth)).toMatchObject({ generation: whole, versions: { paths: 2 } });
    await expect(ensureServing(beside.db, CATALOG)).rejects.toThrow('this Antics has not what serves (paths v2)');
    await expect(rollBack('all')).resolves.toMatchObject({ generation: 1 });
    await expect(ensureServing(beside.db, CATALOG)).resolves.toMatchObject({ generation: 1 });
  });
});
