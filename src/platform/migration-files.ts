import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { OperatorError } from './errors.ts';

export interface Migration {
  number: number;
  /** The file's name, such as `0001-log.sql`. */
  name: string;
  sql: string;
  /** SHA-256 of the text, hexadecimal. */
  checksum: string;
}

/** The folder that holds package.json: this file lies below it in `src` and, built, in `dist/src` or `dist` alike. */
export function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new OperatorError(`There is no package.json above ${here}.`);
  }
}

/** Reads `NNNN-name.sql`, in order. A gap or a number given twice is refused: two branches met. */
export async function readMigrations(folder: string = join(packageRoot(), 'migrations')): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)));
  migrations.forEach((migration, index) => {
    if (migration.number === index + 1) return;
    const expected = String(index + 1).padStart(4, '0');
    throw new OperatorError(`Migration ${migration.name} should be number ${expected}: one is missing or there twice.`);
  });
  return migrations;
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const number = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1];
  if (number === undefined) throw new OperatorError(`Migration ${name} should be named like 0001-log.sql.`);
  // A checkout on Windows may have changed the line ends; that is no edit.
  const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
  return { number: Number(number), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}
