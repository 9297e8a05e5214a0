// Who may import whom: the map in CONTRIBUTING.md, as rules. A spec lies beside the code but sets up whatever rooms it
// needs, so it is exempt from the rooms' rules (not from the rest).
const spec = '\\.spec\\.ts$';
const at = (...folders) => `^src/(${folders.join('|')})/`;
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

/** Code in `folder` reaches only itself and `allowed` (patterns of paths) within src/. */
const room = (folder, allowed, comment) => ({
  name: `${folder}-reaches-too-far`,
  comment,
  severity: 'error',
  from: { path: at(folder), pathNot: spec },
  to: { path: '^src/', pathNot: [at(folder), ...allowed] },
});

/** A folder of `parent` knows nothing of the folders beside it; files directly in `parent` list or share. */
const neighbours = (parent) => ({
  name: `${parent.replace('/', '-')}-imports-a-neighbour`,
  comment: 'What two of them need belongs in a room below them, or they are one.',
  severity: 'error',
  from: { path: `^src/${parent}/([^/]+)/`, pathNot: spec },
  to: { path: `^src/${parent}/[^/]+/`, pathNot: `^src/${parent}/$1/` },
});

const forbidden = [
  {
    name: 'no-cycles',
    comment: 'With decorator metadata under ESM a cycle ends in "Cannot access before initialization".',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment: 'Nothing imports it and it imports nothing: it is dead, or was never wired in.',
    severity: 'error',
    from: { orphan: true, pathNot: ['^src/main\\.ts$', '^src/tracker/', spec, '\\.d\\.ts$'] },
    to: {},
  },
  {
    name: 'no-unresolvable',
    comment: 'The import leads nowhere.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-undeclared-package',
    comment: 'It is there by luck, through another package: declare it. (Fastify is Nest’s own, for its types.)',
    severity: 'error',
    from: { pathNot: spec },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: npm('fastify') },
  },
  {
    name: 'no-dev-package',
    comment: 'It is not installed where the server runs.',
    severity: 'error',
    from: { path: '^src/', pathNot: spec },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'src-imports-tests',
    comment: 'test/ and bench/ are not in the build.',
    severity: 'error',
    from: { path: '^src/', pathNot: spec },
    to: { path: ['^(test|bench|scripts)/', spec] },
  },
  {
    name: 'main-is-the-top',
    comment: 'main and app.module wire the rooms together; nothing else may know them.',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/(main|app\\.module)\\.ts$', spec] },
    to: { path: '^src/(main|app\\.module)\\.ts$' },
  },

  room('domain', [], 'Pure rules: they know nothing of ours.'),
  room('platform', [], 'The ground knows nothing of what stands on it.'),
  room('log', [at('domain', 'platform')], 'The log is below everything that writes and reads it.'),
  room('models', [at('log', 'domain', 'platform')], 'Admin read models are folded in the command’s transaction.'),
  room(
    'commands',
    [at('log', 'models', 'domain', 'platform', 'projections/operate')],
    'The write side asks no query, and no projection but as the operator who rebuilds and switches them.',
  ),
  room('projections', [at('log', 'domain', 'platform')], 'Projections follow the log and nothing else.'),
  room('queries', [at('domain', 'platform'), '\\.read\\.ts$'], 'The read side reads what is folded, by *.read.ts.'),
  room(
    'http',
    ['^src/commands/(?:.*\\.command|command-context)\\.ts$', '^src/queries/.*\\.query\\.ts$', at('domain', 'platform')],
    'A controller translates: it sends a command or a query, and knows no table.',
  ),
  room('jobs', ['^src/(?!http/|tracker/|dashboard/|cli/)'], 'Jobs have no door to the outside.'),
  room('cli', ['^src/(?!http/|tracker/|dashboard/)'], 'The command line is a door of its own.'),
  room('tracker', [], 'Runs in the browser of someone else’s visitor.'),
  {
    name: 'tracker-is-for-browsers',
    comment: 'It is compiled for browsers and served as a file.',
    severity: 'error',
    from: { path: '^src/', pathNot: [at('tracker'), spec] },
    to: { path: at('tracker') },
  },
  neighbours('commands'),
  neighbours('queries'),
  neighbours('projections/views'),
  {
    name: 'engine-knows-no-view',
    comment: 'views.ts lists the views; the engine and the facts take what is listed.',
    severity: 'error',
    from: { path: at('projections/engine', 'projections/facts'), pathNot: spec },
    to: { path: '^src/projections/views/[^/]+/' },
  },

  {
    name: 'pg-only-in-platform',
    comment: 'One place settles sessions, timeouts and lost connections. Everyone else gets a tx.',
    severity: 'error',
    from: { path: '^src/', pathNot: [at('platform'), spec] },
    to: { path: npm('pg', 'pg-boss', 'pg-copy-streams') },
  },
  {
    name: 'nest-only-at-the-doors',
    comment: 'Log, models, projections and rules are plain functions, so that they run without an application.',
    severity: 'error',
    from: { path: at('domain', 'log', 'models', 'projections'), pathNot: spec },
    to: { path: npm('@nestjs', '@willsoto', 'nestjs-pino') },
  },
  {
    name: 'decisions-and-reads-are-plain',
    comment: 'Of a command only .command and .handler know Nest, of a question only .query and .handler.',
    severity: 'error',
    from: { path: at('commands', 'queries'), pathNot: ['\\.(command|query|handler|module)\\.ts$', spec] },
    to: { path: npm('@nestjs', '@willsoto', 'nestjs-pino') },
  },
  {
    name: 'domain-does-no-io',
    comment: 'Rules take values and give values. Of Node they may use what computes.',
    severity: 'error',
    from: { path: at('domain'), pathNot: spec },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|url|net|buffer|util)$' },
  },
  {
    name: 'domain-knows-no-database',
    comment: 'Rules take values and give values.',
    severity: 'error',
    from: { path: at('domain'), pathNot: spec },
    to: { path: npm('kysely', 'pg', 'pg-boss', 'fastify', '@fastify', 'pino') },
  },
];

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true, // an import of types alone is a dependency too
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
