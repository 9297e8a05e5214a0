import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: { name: string }[];
};

/** A small house in which every room imports what it may. */
const house: Record<string, string[]> = {
  'src/main.ts': ['./app.module', './cli/status'],
  'src/app.module.ts': ['./http/sites.controller', './projections/views', './jobs/salts', '@nestjs/common'],
  'src/http/sites.controller.ts': ['../commands/a/a.command', '../queries/a/a.query', '@nestjs/common'],
  'src/http/event.controller.ts': ['../domain/url', '../platform/database'],
  'src/commands/a/a.command.ts': ['@nestjs/common'],
  'src/commands/a/a.decide.ts': ['../../domain/url'],
  'src/commands/a/a.handler.ts': ['./a.command', './a.decide', '../../models/sites', '../../log/log', '@nestjs/common'],
  'src/queries/a/a.query.ts': ['@nestjs/common'],
  'src/queries/a/a.handler.ts': ['./a.query', '../../projections/views/a/a.read', '../../platform/database'],
  'src/projections/engine/engine.ts': ['../views', '../../log/log'],
  'src/projections/views.ts': ['./views/a/a.view', './views/b/b.view'],
  'src/projections/views/a/a.view.ts': ['../../../log/log'],
  'src/projections/views/a/a.read.ts': ['../../../platform/database'],
  'src/projections/views/b/b.view.ts': ['../../../platform/database'],
  'src/models/sites.ts': ['../log/log', '../platform/database'],
  'src/log/log.ts': ['../domain/url', '../platform/database'],
  'src/domain/url.ts': ['node:crypto'],
  'src/platform/database.ts': ['pg'],
  'src/jobs/salts.ts': ['../log/log', '../projections/engine/engine', '../commands/a/a.handler'],
  'src/cli/status.ts': ['../projections/engine/engine'],
  'src/tracker/antics.ts': [],
  'src/log/log.spec.ts': ['./log', 'pg', '../../test/given', 'dev-only'],
  'test/given.ts': ['../src/log/log'],
};

/** One wrong import for every rule, and for every door of a rule that has several. */
const wrong: [rule: string, file: string, imports: string[]][] = [
  ['no-cycles', 'src/domain/circle.ts', ['./cycle']], // reported at one of the two
  ['no-orphans', 'src/domain/orphan.ts', []],
  ['no-unresolvable', 'src/domain/lost.ts', ['./nowhere']],
  ['no-undeclared-package', 'src/platform/lucky.ts', ['undeclared']],
  ['no-dev-package', 'src/platform/dev.ts', ['dev-only']],
  ['src-imports-tests', 'src/platform/given.ts', ['../../test/given']],
  ['src-imports-tests', 'src/platform/spec.ts', ['../log/log.spec']],
  ['main-is-the-top', 'src/jobs/top.ts', ['../app.module']],
  ['domain-reaches-too-far', 'src/domain/far.ts', ['../platform/database']],
  ['platform-reaches-too-far', 'src/platform/far.ts', ['../domain/url']],
  ['log-reaches-too-far', 'src/log/far.ts', ['../models/sites']],
  ['models-reaches-too-far', 'src/models/far.ts', ['../projections/engine/engine']],
  ['commands-reaches-too-far', 'src/commands/a/far.handler.ts', ['../../queries/a/a.query']],
  ['projections-reaches-too-far', 'src/projections/engine/far.ts', ['../../models/sites']],
  ['queries-reaches-too-far', 'src/queries/a/far.handler.ts', ['../../log/log']],
  ['http-reaches-too-far', 'src/http/far.ts', ['../commands/a/a.handler']],
  ['jobs-reaches-too-far', 'src/jobs/far.ts', ['../http/sites.controller']],
  ['cli-reaches-too-far', 'src/cli/far.ts', ['../http/sites.controller']],
  ['tracker-reaches-too-far', 'src/tracker/far.ts', ['../domain/url']],
  ['tracker-is-for-browsers', 'src/http/script.ts', ['../tracker/antics']],
  ['commands-imports-a-neighbour', 'src/commands/b/b.decide.ts', ['../a/a.decide']],
  ['queries-imports-a-neighbour', 'src/queries/b/b.handler.ts', ['../a/a.query']],
  ['projections-views-imports-a-neighbour', 'src/projections/views/b/b.read.ts', ['../a/a.read']],
  ['engine-knows-no-view', 'src/projections/engine/knows.ts', ['../views/a/a.view']],
  ['pg-only-in-platform', 'src/log/pool.ts', ['pg']],
  ['pg-only-in-platform', 'src/jobs/boss.ts', ['pg-boss']],
  ['nest-only-at-the-doors', 'src/projections/engine/module.ts', ['@nestjs/common']],
  ['decisions-and-reads-are-plain', 'src/commands/a/nest.decide.ts', ['@nestjs/common']],
  ['domain-does-no-io', 'src/domain/file.ts', ['node:fs']],
  ['domain-knows-no-database', 'src/domain/table.ts', ['kysely']],
];

const packages = ['pg', 'pg-boss', 'kysely', '@nestjs/common', 'undeclared', 'dev-only'];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'antics-boundaries-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const name of packages) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, '');
  }
  const declared = packages.filter((name) => name !== 'undeclared' && name !== 'dev-only');
  const dependencies = Object.fromEntries(declared.map((name) => [name, '1.0.0']));
  write('package.json', JSON.stringify({ type: 'module', dependencies, devDependencies: { 'dev-only': '1.0.0' } }));
  write('tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext' } }));
  const module = (imports: string[]) =>
    imports.map((from) => `import '${from.startsWith('.') ? `${from}.ts` : from}';\n`).join('') + 'export {};\n';
  for (const [path, imports] of Object.entries(house)) write(path, module(imports));
  for (const [, path, imports] of wrong) write(path, module(imports));
  write('src/domain/cycle.ts', module(['./circle']));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs what `npm run boundaries` runs, in the house of this spec. */
function violations(files: string[]): { rule: string; from: string }[] {
  const command = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [command, '--config', config, '--output-type', 'json', ...files],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  if (stdout === '') throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}

describe('the boundaries between the rooms of src/', () => {
  it('let every room import what it may', () => {
    expect(violations(Object.keys(house))).toEqual([]);
  });

  it('refuse every wrong import, by the rule that forbids it', () => {
    const found = violations(['src']);
    const missed = wrong.filter(([rule, file]) => !found.some((one) => one.rule === rule && one.from === file));
    expect(missed).toEqual([]);
  });

  it('have a wrong import here for every rule', () => {
    const tried = new Set(wrong.map(([rule]) => rule));
    expect(forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });
});
