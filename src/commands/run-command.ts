import { sql } from 'kysely';
import { appendEvent, STREAM_VERSION_CONFLICT } from '../log/append-event.ts';
import type { DomainEvent, NewEvent } from '../log/events/event.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database.ts';
import { Conflict, KeyReused, VersionMismatch } from '../platform/errors.ts';
import { uuid7 } from '../platform/uuid7.ts';
import type { CommandContext, Idempotency } from './command-context.ts';
import './command-results.tables.ts';

/** What a command decided: one event, what else is recorded beside it, and what is answered. */
export type Decision<R> = DomainEvent &
  Pick<NewEvent, 'stream' | 'site' | 'before' | 'after' | 'private' | 'causation'> & {
    /** The stream's version before it, 0 for a new one. The row that says so is locked. */
    readonly version: number;
    /** Plain JSON: a replayed one is read back from the database. */
    readonly result: R;
    /** What it means for other streams, recorded before it. Their rows are locked, too; `apply` folds these as well. */
    readonly also?: readonly AlsoDecided[];
    /** What an `Idempotency-Key` replays instead of `result`, where that holds a secret. */
    readonly replayed?: R;
    /** Folds the event into its read models, and enqueues jobs. @param version of the stream, after it */
    apply(tx: Tx, version: number): Promise<void>;
  };

/** It is already as the command wants it: nothing is recorded, and the version stays. */
export interface NothingToDo<R> {
  readonly nothingToDo: true;
  /** Public id of the site that the answer is about. */
  readonly site?: string;
  /** The stream's version, as it stays. */
  readonly version: number;
  readonly result: R;
}

/** An event of another stream that the same command decided. `version`: of that stream, before it. */
export type AlsoDecided = DomainEvent &
  Pick<NewEvent, 'stream' | 'site' | 'before' | 'after'> & { readonly version: number };

const KEPT = sql.lit('24 hours');

/**
 * Runs a command in one transaction: the row of its `Idempotency-Key` first, which makes a twin wait; then load and
 * decide; then read models and jobs; the event last, since it holds the log's lock until COMMIT.
 * @param name as the log records it, such as `CreateSite`
 * @throws KeyReused, VersionMismatch, Conflict (what was done was for a site that is erased), and what `decide` throws
 */
export async function runCommand<R>(
  db: Db,
  name: string,
  context: CommandContext,
  clock: Clock,
  decide: (tx: Tx, now: Date) => Promise<Decision<R> | NothingToDo<R>>,
): Promise<R> {
  const { actor, idempotency } = context;
  const keep = async (tx: Tx, result: R, site: string | null): Promise<void> => {
    if (idempotency !== undefined) await keepResult(tx, actor.name, idempotency.key, result, site);
  };
  const now = clock();
  try {
    return await db.transaction().execute(async (tx) => {
      if (idempotency !== undefined) {
        const first = await enterKey(tx, actor.name, idempotency);
        if (first !== undefined) return first as R;
      }
      const decision = await decide(tx, new Date(now));
      checkVersion(context.ifMatch, decision.version);
      if ('nothingToDo' in decision) {
        await keep(tx, decision.result, decision.site ?? null);
        return decision.result;
      }
      const { version, result, replayed, apply, also = [], ...event } = decision;
      await apply(tx, version + 1);
      // The answer to a deletion tells nothing of what is gone: it is replayed even after an erasure.
      await keep(tx, replayed ?? result, event.after === null ? null : (event.site ?? null));
      const decided = { actor: actor.name, actorKind: actor.kind, commandId: uuid7(now), command: name };
      for (const { version: expectedVersion, ...other } of also) {
        await appendEvent(tx, { ...(other as DomainEvent & typeof other), expectedVersion, ...decided });
      }
      await appendEvent(tx, { ...(event as DomainEvent & typeof event), expectedVersion: version, ...decided });
      return result;
    });
  } catch (e) {
    if (e instanceof Error && 'code' in e && e.code === STREAM_VERSION_CONFLICT) throw new VersionMismatch(CHANGED);
    throw e;
  }
}

const CHANGED = 'It has changed meanwhile: read it again, then decide.';

function checkVersion(ifMatch: CommandContext['ifMatch'], version: number): void {
  if (ifMatch === undefined || (ifMatch === 'any' ? version > 0 : ifMatch.includes(version))) return;
  throw new VersionMismatch(version === 0 ? 'It is not there yet: If-Match cannot hold.' : CHANGED);
}

/** Undefined: the key is new. A twin that is under way is waited for. */
export async function enterKey(tx: Tx, actor: string, { key, fingerprint }: Idempotency): Promise<unknown> {
  const { rows: entered } = await sql`
    insert into command_results as r (actor, key, fingerprint, created_at)
    values (${actor}, ${key}, ${fingerprint}, now())
    on conflict (actor, key) do update
      set fingerprint = excluded.fingerprint, created_at = now(), result = null, site = null
      where r.created_at < now() - ${KEPT}::interval
    returning 1`.execute(tx);
  if (entered.length > 0) return undefined;
  // Cleared away in this moment, after 24 hours: as if it had come a moment later.
  return (await firstResult(tx, actor, { key, fingerprint })) ?? enterKey(tx, actor, { key, fingerprint });
}

/** What was answered under the key; undefined: nothing, within 24 hours. @throws KeyReused, Conflict */
export async function firstResult(db: Db | Tx, actor: string, { key, fingerprint }: Idempotency): Promise<unknown> {
  const before = await db
    .selectFrom('command_results')
    .select(['fingerprint', 'result'])
    .where('actor', '=', actor)
    .where('key', '=', key)
    .where('created_at', '>=', sql<Date>`now() - ${KEPT}::interval`)
    .executeTakeFirst();
  if (before === undefined) return undefined;
  if (!before.fingerprint.equals(fingerprint)) {
    throw new KeyReused('This Idempotency-Key came before with another request: take a new one.');
  }
  // Done once is done: it must not be decided a second time because the first answer is gone.
  if (before.result === null) throw new Conflict('This was done before, for a site that has been erased since.');
  return before.result;
}

export async function keepResult(tx: Tx, actor: string, key: string, result: unknown, site: string | null): Promise<void> {
  await tx
    .updateTable('command_results')
    .set({ result: JSON.stringify(result), site })
    .where('actor', '=', actor)
    .where('key', '=', key)
    .execute();
}

/** Forgets answers that are not replayed any more. @returns how many */
export async function forgetResults(db: Db): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('command_results')
    .where('created_at', '<', sql<Date>`now() - ${KEPT}::interval`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
