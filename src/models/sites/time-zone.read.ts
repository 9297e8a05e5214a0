import { sql } from 'kysely';
import type { Db } from '../../platform/database.ts';

const INVALID_PARAMETER = '22023';

/**
 * PostgreSQL's opinion of a time zone: its list may be older than this process's, and folds and reads ask it.
 * Not within a transaction, which a "no" would end.
 */
export async function isTimeZoneKnown(db: Db, name: string): Promise<boolean> {
  try {
    await sql`select now() at time zone ${name}::text`.execute(db);
    return true;
  } catch (e) {
    if (e instanceof Error && 'code' in e && e.code === INVALID_PARAMETER) return false;
    throw e;
  }
}
