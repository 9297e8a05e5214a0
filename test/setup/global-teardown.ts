import { rm } from 'node:fs/promises';

import pg from 'pg';

import { shared } from './shared.ts';

export default async function globalTeardown(): Promise<void> {
  if (shared.embedded) {
    await shared.embedded.server.stop();
    await rm(shared.embedded.folder, { recursive: true, force: true });
    return;
  }
  const admin = new pg.Client({ connectionString: process.env['TEST_DATABASE_URL'] });
  await admin.connect();
  try {
    await admin.query(`drop database if exists ${shared.template} with (force)`);
  } finally {
    await admin.end();
  }
}
