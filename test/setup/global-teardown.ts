import { rm } from 'node:fs/promises';

import pg from 'pg';

import { shared } from './shared.ts';

export default async function globalTeardown(): Promise<void> {
  try {
    await (shared.embedded ? shared.embedded.stop() : dropTemplate());
  } finally {
    if (shared.folder !== undefined) await rm(shared.folder, { recursive: true, force: true });
  }
}

async function dropTemplate(): Promise<void> {
  const admin = new pg.Client({ connectionString: process.env['TEST_DATABASE_URL'] });
  await admin.connect();
  try {
    await admin.query(`drop database if exists ${shared.template} with (force)`);
  } finally {
    await admin.end();
  }
}
