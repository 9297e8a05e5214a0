import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));
delete swc.$schema;
delete swc.exclude;
swc.swcrc = false;
swc.jsc.rewriteRelativeImportExtensions = false; // jest resolves .ts itself
swc.module = { type: 'es6' };

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  setupFiles: ['<rootDir>/test/setup/first-imports.ts', '<rootDir>/test/setup/seed.ts'],
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  // Specs wait for servers more than they compute: a worker for each core, where the default leaves one out.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
