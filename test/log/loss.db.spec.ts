import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { appendEvent } from '../../src/log/append-event.ts';
import { appendHits } from '../../src/log/append-hits.ts';
import { readHead } from '../../src/log/head.ts';
import type { Database, Db } from '../../src/platform/database.ts';
import { given, pageView } from '../given.ts';
import { createLogDatabase, type LogDatabase } from './log-database.ts';
import { placedIn, upTo } from './positions.ts';

const WRITERS = 64;
const ROUNDS = 8;

/** A follower of the log reads two tables one after the other, and others commit in between. */
describe('a reader that follows 64 writers', () => {
  let log: LogDatabase;
  let owner: Database;
  let acknowledged: number[];
  let withHead: number[];

  beforeAll(async () => {
    log = await createLogDatabase();
    owner = log.open('owner');
    const site = await given(owner.db).site();
    const hits = await site.newHits(...upTo(4).map((n) => pageView(`/${n}`)));
    const writers = log.open('writer', WRITERS);
    const readers = log.open('reader', 1);

    let writing = true;
    const following = follow(readers.db, readUpToHead, () => writing);
    const written = await Promise.all(upTo(WRITERS).map((n) => write(writers.db, n, hits)));
    writing = false;
    acknowledged = written.flat();
    withHead = await following;
  }, 180_000);
  afterAll(() => log.close());

  it('misses nothing and reads nothing twice where it first fixes how far it reads', async () => {
    const head = Number(await readHead(owner.db));
    expect(head).toBeGreaterThan(WRITERS * ROUNDS);
    expect(withHead).toHaveLength(head);
    expect(withHead.toSorted((a, b) => a - b)).toEqual(upTo(head));
  });

  it('finds everything that was acknowledged, and nothing that was rolled back', async () => {
    const stored = (await placedIn(owner.db)).map((row) => row.position);
    expect(acknowledged.length).toBeLessThan(stored.length); // the site's own event
    expect([1, ...acknowledged].toSorted((a, b) => a - b)).toEqual(stored);
  });

  async function write(db: Db, n: number, hits: Parameters<typeof appendHits>[2]): Promise<number[]> {
    const positions: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await pause(Math.random() * 10);
      const appended = await db
        .transaction()
        .execute(async (tx) => {
          const given = (n + round) % 2 === 0 ? await oneEvent(tx) : await someHits(tx, hits.slice(Math.random() * 4));
          await pause(Math.random() * 2);
          if (Math.random() < 0.2) throw new RollBack();
          return given;
        })
        .catch(nothingIfRolledBack);
      positions.push(...appended);
    }
    return positions;
  }
});

/** `between` is what others do between the two reads. */
type Read = (
  db: Db,
  after: number,
  between: () => Promise<void>,
) => Promise<{ positions: number[]; checkpoint: number }>;

/** The rule: the head over both tables is fixed by one statement, and everything up to it is read. */
const readUpToHead: Read = async (db, after, between) => {
  const hi = Number(await readHead(db));
  const hits = await positionsIn(db, 'log_hits', after, hi);
  await between();
  const events = await positionsIn(db, 'log_events', after, hi);
  return { positions: [...hits, ...events], checkpoint: hi };
};

/** The mistake: a hit that is committed between the two reads, before an event that the second one sees, is lost. */
const readWhatIsThere: Read = async (db, after, between) => {
  const hits = await positionsIn(db, 'log_hits', after, Number.MAX_SAFE_INTEGER);
  await between();
  const events = await positionsIn(db, 'log_events', after, Number.MAX_SAFE_INTEGER);
  const positions = [...hits, ...events];
  return { positions, checkpoint: Math.max(after, ...positions) };
};

async function follow(db: Db, read: Read, writing: () => boolean): Promise<number[]> {
  const seen: number[] = [];
  let after = 0;
  for (;;) {
    const last = !writing();
    const { positions, checkpoint } = await read(db, after, () => pause(2));
    seen.push(...positions);
    after = checkpoint;
    if (last) return seen;
    await pause(Math.random() * 3);
  }
}

async function positionsIn(db: Db, table: 'log_hits' | 'log_events', after: number, upTo: number): Promise<number[]> {
  const rows = await db
    .selectFrom(table)
    .select('position')
    .where('position', '>', String(after))
    .where('position', '<=', String(upTo))
    .orderBy('position')
    .execute();
  return rows.map((row) => Number(row.position));
}

async function someHits(tx: Db, hits: Parameters<typeof appendHits>[2]): Promise<number[]> {
  const { firstPosition } = await appendHits(tx, randomUUID(), hits);
  return hits.map((_, i) => Number(firstPosition) + i);
}

async function oneEvent(tx: Db): Promise<number[]> {
  const { position } = await appendEvent(tx, {
    stream: `key:${randomUUID()}`,
    expectedVersion: 0,
    type: 'ApiKeyRevoked',
    schemaVersion: 1,
    actor: 'system',
    commandId: randomUUID(),
    data: { id: randomUUID() },
  });
  return [Number(position)];
}

class RollBack extends Error {}

function nothingIfRolledBack(e: unknown): number[] {
  if (e instanceof RollBack) return [];
  throw e;
}

describe('a hit and an event that are committed between the two reads', () => {
  let log: LogDatabase;
  beforeAll(async () => {
    log = await createLogDatabase();
  });
  afterAll(() => log.close());

  it.each([
    ['are both found by the next read where the head was fixed first', readUpToHead, 0],
    ['are not both found where the largest position seen is taken for the head', readWhatIsThere, 1],
  ] as const)('%s', async (_, read, lost) => {
    const { db } = log.open('owner');
    const hits = await (await given(db).site()).newHits(pageView('/late'));
    const before = Number(await readHead(db));
    const first = await read(db, before, async () => {
      await someHits(db, hits);
      await oneEvent(db);
    });
    const second = await read(db, first.checkpoint, () => Promise.resolve());
    expect(first.positions.length + second.positions.length).toBe(2 - lost);
  });
});
