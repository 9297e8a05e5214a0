import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../test/setup/test-database.ts';
import { systemClock } from '../platform/clock.ts';
import { openDatabase, type Database, type Tx } from '../platform/database.ts';
import { Conflict, KeyReused, VersionMismatch } from '../platform/errors.ts';
import type { CommandContext, Idempotency } from './command-context.ts';
import { forgetResults, runCommand, type Decision, type NothingToDo } from './run-command.ts';

let testDatabase: TestDatabase;
let owner: Database;
let writer: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const options = { url: testDatabase.url, max: 4, applicationName: 'test', onError: () => undefined };
  owner = openDatabase(options);
  writer = openDatabase({ ...options, role: 'writer' });
});
afterAll(async () => {
  await owner.close();
  await writer.close();
  await testDatabase.drop();
});

const ANN: CommandContext = { actor: { name: 'user:ann', kind: 'user' } };
const BOB: CommandContext = { actor: { name: 'key:bob', kind: 'key' } };

interface Named {
  readonly name: string;
  readonly version: number;
}

const nothing = (): Promise<void> => Promise.resolve();

/** A folder of that name is decided; `version` is that of its stream before. */
function named(id: string, name: string, version = 0): Decision<Named> {
  return {
    type: 'FolderCreated',
    schemaVersion: 1,
    data: { id, name, authelia_group: null, account: null, created_at: '2026-03-02T09:00:00.000Z' },
    stream: `folder:${id}`,
    version,
    result: { name, version: version + 1 },
    apply: nothing,
  };
}

function run(context: CommandContext, decide: (tx: Tx) => Decision<Named> | NothingToDo<Named>): Promise<Named> {
  return runCommand(writer.db, 'NameIt', context, systemClock, (tx) => Promise.resolve().then(() => decide(tx)));
}

function keyed(context: CommandContext, key: string, body = 'body'): CommandContext & { idempotency: Idempotency } {
  return { ...context, idempotency: { key, fingerprint: createHash('sha256').update(body).digest() } };
}

const kept = (key: string) => owner.db.selectFrom('command_results').selectAll().where('key', '=', key).execute();

const eventsOf = (id: string) =>
  owner.db.selectFrom('log_events').selectAll().where('stream', '=', `folder:${id}`).orderBy('position').execute();

describe('what is recorded', () => {
  it('is the event with its command, its actor and how they were known, and what changed', async () => {
    const id = randomUUID();
    const site = randomUUID();
    const change = { before: { name: 'a' }, after: { name: 'b' } };
    const secret = { before: { email: 'a@example.com' }, after: { email: 'b@example.com' } };
    await run(BOB, () => ({ ...named(id, 'b'), ...change, site, private: secret }));
    expect(await eventsOf(id)).toMatchObject([
      {
        type: 'FolderCreated',
        schema_version: 1,
        version: 1,
        actor: 'key:bob',
        actor_kind: 'key',
        command: 'NameIt',
        command_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        site,
        data: { id, name: 'b' },
        ...change,
        private: secret,
        causation: null,
      },
    ]);
  });

  it('is null where nothing was there before, or is there afterwards', async () => {
    const id = randomUUID();
    await run(ANN, () => ({ ...named(id, 'x'), before: null, after: { name: 'x' } }));
    await run(ANN, () => ({ ...named(id, 'x', 1), before: { name: 'x' }, after: null }));
    expect(await eventsOf(id)).toMatchObject([
      { version: 1, before: null, after: { name: 'x' }, private: null, site: null },
      { version: 2, before: { name: 'x' }, after: null },
    ]);
  });

  it('is nothing where its read model cannot take it', async () => {
    const id = randomUUID();
    const failing = run(keyed(ANN, id), () => ({ ...named(id, 'x'), apply: () => Promise.reject(new Error('full')) }));
    await expect(failing).rejects.toThrow('full');
    expect([await eventsOf(id), await kept(id)]).toEqual([[], []]);
  });

  it('a stream that stands elsewhere than it was read is another version', async () => {
    const id = randomUUID();
    await run(ANN, () => named(id, 'x'));
    await expect(run(ANN, () => named(id, 'y', 0))).rejects.toThrow(VersionMismatch);
    expect(await eventsOf(id)).toHaveLength(1);
  });
});

describe('If-Match', () => {
  const at = (version: number, ifMatch: readonly number[] | 'any'): Promise<Named> =>
    run({ ...ANN, ifMatch }, () => ({ nothingToDo: true, version, result: { name: 'x', version } }));

  it('holds where one of its versions is the one that is there, or any is', async () => {
    await expect(at(3, [3])).resolves.toEqual({ name: 'x', version: 3 });
    await expect(at(3, [1, 3])).resolves.toBeDefined();
    await expect(at(3, 'any')).resolves.toBeDefined();
  });

  it.each([
    [3, [2]],
    [3, []],
    [0, [1]],
    [0, 'any'],
  ] as const)('of version %j, %j does not hold', async (version, ifMatch) => {
    await expect(at(version, ifMatch)).rejects.toThrow(VersionMismatch);
  });

  it('that does not hold leaves nothing', async () => {
    const id = randomUUID();
    await expect(run({ ...keyed(ANN, id), ifMatch: [7] }, () => named(id, 'x'))).rejects.toThrow(VersionMismatch);
    expect([await eventsOf(id), await kept(id)]).toEqual([[], []]);
  });
});

describe('where there is nothing to do', () => {
  it('nothing is recorded, the version stays, and the answer is replayed all the same', async () => {
    const id = randomUUID();
    const site = randomUUID();
    const as = keyed(ANN, id);
    const first = await run(as, () => ({ nothingToDo: true, site, version: 4, result: { name: 'same', version: 4 } }));
    expect(first).toEqual({ name: 'same', version: 4 });
    expect(await eventsOf(id)).toEqual([]);
    expect(await kept(id)).toMatchObject([{ site, result: first }]);
    await expect(run(as, () => named(id, 'other'))).resolves.toEqual(first);
  });
});

describe('under an Idempotency-Key', () => {
  it('the first answer comes again, and nothing is done again', async () => {
    const id = randomUUID();
    let decided = 0;
    const name = () => run(keyed(ANN, id), () => named(id, `name ${(decided += 1)}`));
    const first = await name();
    expect(first).toEqual({ name: 'name 1', version: 1 });
    await expect(name()).resolves.toEqual(first);
    expect([decided, (await eventsOf(id)).length]).toEqual([1, 1]);
  });

  it('an answer that holds a secret comes again without it, which is stored nowhere', async () => {
    const id = randomUUID();
    const answers = { result: { name: 's3cret', version: 1 }, replayed: { name: '(shown once)', version: 1 } };
    const secret = () => run(keyed(ANN, id), () => ({ ...named(id, 'x'), ...answers }));
    expect((await secret()).name).toBe('s3cret');
    expect((await secret()).name).toBe('(shown once)');
    expect(JSON.stringify(await kept(id))).not.toContain('s3cret');
  });

  it('of many at once one runs, and all get its answer', async () => {
    const id = randomUUID();
    let decided = 0;
    const twin = () =>
      runCommand(writer.db, 'NameIt', keyed(ANN, id), systemClock, async (tx) => {
        decided += 1;
        await sql`select pg_sleep(0.1)`.execute(tx);
        return named(id, `name ${decided}`);
      });
    const answers = await Promise.all([twin(), twin(), twin()]);
    expect(answers).toEqual(Array(3).fill({ name: 'name 1', version: 1 }));
    expect([decided, (await eventsOf(id)).length]).toEqual([1, 1]);
  });

  it('where the first of two fails, the other runs', async () => {
    const id = randomUUID();
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const failing = runCommand(writer.db, 'NameIt', keyed(ANN, id), systemClock, async (tx) => {
      begun();
      await sql`select pg_sleep(0.1)`.execute(tx);
      throw new Conflict('Taken.');
    });
    const expected = expect(failing).rejects.toThrow(Conflict);
    await hasBegun;
    await expect(run(keyed(ANN, id), () => named(id, 'second'))).resolves.toMatchObject({ name: 'second' });
    await expected;
    expect(await eventsOf(id)).toHaveLength(1);
  });

  it('what failed is no answer: it is tried anew', async () => {
    const id = randomUUID();
    const as = keyed(ANN, id);
    const failing = run(as, () => {
      throw new Conflict('Taken.');
    });
    await expect(failing).rejects.toThrow(Conflict);
    expect(await kept(id)).toEqual([]);
    await expect(run(as, () => named(id, 'now'))).resolves.toMatchObject({ name: 'now' });
  });

  it('another request is refused, and the first answer stays', async () => {
    const id = randomUUID();
    const first = await run(keyed(ANN, id), () => named(id, 'first'));
    await expect(run(keyed(ANN, id, 'another body'), () => named(id, 'x', 1))).rejects.toThrow(KeyReused);
    await expect(run(keyed(ANN, id), () => named(id, 'x', 1))).resolves.toEqual(first);
    expect(await eventsOf(id)).toHaveLength(1);
  });

  it('another actor’s is another key', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await run(keyed(ANN, a), () => named(a, 'of ann'));
    const ofBob = run(keyed(BOB, a, 'another body'), () => named(b, 'of bob'));
    await expect(ofBob).resolves.toMatchObject({ name: 'of bob' });
  });

  it('If-Match need not hold for a replay: the first run changed the version', async () => {
    const id = randomUUID();
    await run(ANN, () => named(id, 'a'));
    const as = { ...keyed(ANN, id), ifMatch: [1] };
    const first = await run(as, () => named(id, 'b', 1));
    await expect(run(as, () => named(id, 'c', 2))).resolves.toEqual(first);
  });

  it('after 24 hours it runs anew, even with another request', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    for (const id of [old, young]) await run(keyed(ANN, id), () => named(id, 'a'));
    await age(old, '24 hours 1 second');
    await age(young, '23 hours 59 minutes');
    const again = (id: string) => run(keyed(ANN, id, 'another body'), () => named(id, 'b', 1));
    await expect(again(old)).resolves.toEqual({ name: 'b', version: 2 });
    await expect(again(young)).rejects.toThrow(KeyReused);
    // It counts from then on.
    await expect(again(old)).resolves.toEqual({ name: 'b', version: 2 });
    expect(await eventsOf(old)).toHaveLength(2);
  });

  it('the answer is known to be about its site, unless it tells of its end', async () => {
    const [changed, deleted, site] = [randomUUID(), randomUUID(), randomUUID()];
    await run(keyed(ANN, changed), () => ({ ...named(changed, 'x'), site, before: {}, after: {} }));
    await run(keyed(ANN, deleted), () => ({ ...named(deleted, 'x'), site, before: {}, after: null }));
    expect(await kept(changed)).toMatchObject([{ site }]);
    expect(await kept(deleted)).toMatchObject([{ site: null }]);
  });

  it('what is not replayed any more is forgotten', async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    for (const id of [old, young]) await run(keyed(ANN, id), () => named(id, 'a'));
    await age(old, '24 hours 1 second');
    expect(await forgetResults(writer.db)).toBe(1);
    expect([await kept(old), (await kept(young)).length]).toEqual([[], 1]);
  });
});

async function age(key: string, by: string): Promise<void> {
  await sql`update command_results set created_at = now() - ${by}::interval where key = ${key}`.execute(owner.db);
}

describe('what a command means for other streams', () => {
  it('is recorded before its own event, by the same command', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const { result: _, apply: _apply, ...other } = named(b, 'other');
    await run(ANN, () => ({ ...named(a, 'main'), also: [{ ...other, after: { name: 'other' } }] }));
    const [[main], [also]] = [await eventsOf(a), await eventsOf(b)];
    expect(also).toMatchObject({ command: 'NameIt', after: { name: 'other' }, command_id: main?.command_id });
    expect(BigInt(also?.position ?? 0) + 1n).toBe(BigInt(main?.position ?? 0));
  });

  it('is not recorded either where the other stream stands elsewhere', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const { result: _, apply: _apply, ...other } = named(b, 'other', 5);
    await expect(run(ANN, () => ({ ...named(a, 'main'), also: [other] }))).rejects.toThrow(VersionMismatch);
    expect([await eventsOf(a), await eventsOf(b)]).toEqual([[], []]);
  });
});

it('what was done for a site that is erased since is not done again under its key', async () => {
  const id = randomUUID();
  const context = keyed(ANN, `erased ${id}`);
  await run(context, () => named(id, 'gone'));
  await owner.db.updateTable('command_results').set({ result: null }).where('key', '=', `erased ${id}`).execute();
  await expect(run(context, () => named(randomUUID(), 'again'))).rejects.toThrow(Conflict);
});
