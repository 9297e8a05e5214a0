import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import pg from 'pg';

import { messageOf } from '../../src/platform/errors.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { urlOf } from './database-url.ts';
import { shared } from './shared.ts';
import { makeTestFolder, removeAbandoned, startTestServer } from './test-server.ts';

/**
 * Once a run: a server (a temporary embedded one, or that of TEST_DATABASE_URL, whose user may create databases) and
 * on it a migrated template that every spec file clones; and a folder, where the first suite that needs it builds the
 * program (`built-program.ts`).
 */
export default async function globalSetup(): Promise<void> {
  await removeAbandoned();
  const folder = await makeTestFolder();
  shared.folder = folder;
  process.env['TEST_BUILD_FOLDER'] = join(folder, 'build');
  if (!process.env['TEST_DATABASE_URL']) {
    shared.embedded = await startTestServer(folder);
    process.env['TEST_DATABASE_URL'] = shared.embedded.url;
  }
  const url = process.env['TEST_DATABASE_URL'];
  // Named apart: several runs may share a server.
  const template = `antics_template_${randomBytes(4).toString('hex')}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`create database ${template} template template0 encoding 'UTF8'`);
  } finally {
    await admin.end();
  }
  shared.template = template;
  process.env['TEST_TEMPLATE_DATABASE'] = template;
  try {
    await migrate(urlOf(url, template), () => undefined);
  } catch (e) {
    // Told by the specs that need the database; those that do not can run beside a broken migration.
    process.env['TEST_TEMPLATE_FAILURE'] = messageOf(e);
  }
}
