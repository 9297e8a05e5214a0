import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What is not allowed anywhere below src/, with what to do instead.
const processEnvironment = ['name', 'value'].map((key) => ({
  selector: `MemberExpression[object.name="process"][property.${key}="env"]`,
  message: 'Only src/platform/config.ts reads the environment: add a setting there.',
}));
const environmentByImport = {
  selector: 'ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name="env"]',
  message: 'Only src/platform/config.ts reads the environment: add a setting there.',
};
const defaultExports = ['ExportDefaultDeclaration', 'ExportSpecifier[exported.name="default"]'].map((selector) => ({
  selector,
  message: 'Export by name: a default export is called differently by everyone who imports it.',
}));

const nodeGlobals = ['process', 'console', 'URL', 'fetch', 'module', 'Buffer', 'setTimeout', 'AbortSignal'];
const tests = ['**/*.spec.ts', 'test/**'];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.antics/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    // Both catch blocks and others; a comment that gives the reason counts as content.
    rules: { 'no-empty': 'error', eqeqeq: 'error', 'no-console': 'error', 'prefer-const': 'error' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])),
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-undef': 'off', // tsc knows better
      // An unawaited promise loses its error, and with it the hit or the shutdown that it belonged to.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      // verbatimModuleSyntax keeps every import that is not marked as one of types.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts'],
    // What no longer fits on a few screens is two files. Data has the length that it has.
    rules: { 'max-lines': ['error', 350] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-syntax': ['error', ...processEnvironment, environmentByImport, ...defaultExports] },
  },
  {
    files: ['src/platform/config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...defaultExports] },
  },
  {
    files: ['src/**/*.{data,examples}.ts', 'src/domain/**/{data,hosts}/**/*.ts', ...tests],
    rules: { 'max-lines': 'off' },
  },
  {
    // These talk to a terminal. Everything else logs through pino.
    files: ['src/main.ts', 'src/cli/**', 'bench/**', 'scripts/**', ...tests],
    rules: { 'no-console': 'off' },
  },
);
