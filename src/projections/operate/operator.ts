import { openDatabase, type Database, type DatabaseOptions } from '../../platform/database.ts';
import type { Catalog } from '../catalog.ts';
import { PROJECTOR_SETTINGS } from '../engine/projector.ts';

/** What an operator's doing needs: of the command line, and of a server. */
export interface Operator {
  /** Of the owner, `openOperatorDatabase`: it folds and compares beside the workers. */
  readonly database: Database;
  readonly catalog: Catalog;
  /** The operator's own spam referrers, as they are set now. */
  readonly spamHosts: readonly string[];
}

/** One connection keeps the turn, one folds, one reads a snapshot; nothing connects before somebody asks. */
const CONNECTIONS = 4;

export function openOperatorDatabase(o: Pick<DatabaseOptions, 'url' | 'applicationName' | 'onError'>): Database {
  return openDatabase({ ...o, max: CONNECTIONS, statementTimeoutMs: 0, settings: PROJECTOR_SETTINGS });
}
