import { createTestDatabase, type TestDatabase } from '../../../test/setup/test-database.ts';
import { makeSignInLink } from '../../commands/make-sign-in-link/make-sign-in-link.ts';
import { openSession } from '../../commands/open-session/open-session.ts';
import { revokeSession } from '../../commands/revoke-session/revoke-session.ts';
import { renewSession } from '../../models/sessions/session.fold.ts';
import { forgetSessions, readSessionByHash } from '../../models/sessions/session.read.ts';
import { openDatabase, type Database } from '../../platform/database.ts';
import { NotFound, NotSignedIn, Unavailable } from '../../platform/errors.ts';
import { createSessionRing, type SessionRing } from './session-ring.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const actor = { name: 'cli:olivia', kind: 'cli' } as const;

let testDatabase: TestDatabase;
let database: Database;
let now: number;
const clock = (): number => now;
beforeEach(async () => {
  now = Date.parse('2026-03-02T09:00:00Z');
  testDatabase = await createTestDatabase();
  const onError = (): void => undefined;
  database = openDatabase({ url: testDatabase.url, role: 'writer', max: 8, applicationName: 'test', onError });
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

/** As a process of its own has it. Nothing looked up is kept from one question to the next. */
function ring(): SessionRing {
  const made = createSessionRing({
    findByHash: (hash) => readSessionByHash(database.db, hash),
    renew: (renewal) => renewSession(database.db, renewal),
    onError: (e) => {
      throw e;
    },
    clock,
  });
  return { ...made, find: (token) => (made.forget(), made.find(token)) };
}

async function open() {
  const { db } = database;
  return openSession(db, (await makeSignInLink(db, { actor }, clock)).token, clock);
}

const isIn = async (token: string): Promise<boolean> => (await ring().find(token)) !== undefined;

it('of two processes that renew a token at once one does, and both let the old one in for a minute', async () => {
  const { token } = await open();
  now += 60 * MINUTE - 1;
  expect(await (await ring().find(token))?.renew()).toBeUndefined();
  now += 1;
  const found = await Promise.all(Array.from({ length: 6 }, () => ring().find(token)));
  const renewed = await Promise.all(found.map(async (session) => session?.renew()));
  const fresh = renewed.filter((one) => one !== undefined);
  expect(fresh).toHaveLength(1);
  now += MINUTE - 1;
  expect(await Promise.all([token, fresh[0] ?? ''].map(isIn))).toEqual([true, true]);
  expect(await (await ring().find(token))?.renew()).toBeUndefined();
  now += 1;
  expect(await Promise.all([token, fresh[0] ?? ''].map(isIn))).toEqual([false, true]);
});

it('a session is over 7 days after its token was made, and 30 days after it was opened', async () => {
  const idle = await open();
  now += 7 * DAY - 1;
  expect(await isIn(idle.token)).toBe(true);
  now += 1;
  expect(await isIn(idle.token)).toBe(false);

  let { token } = await open();
  for (let day = 6; day <= 24; day += 6) {
    now += 6 * DAY;
    token = (await (await ring().find(token))?.renew()) ?? '';
  }
  now += 6 * DAY - 1;
  expect(await isIn(token)).toBe(true);
  now += 1;
  expect(await isIn(token)).toBe(false);
});

it('what lets nobody in is cleared away, and nothing else', async () => {
  const idle = await open();
  await makeSignInLink(database.db, { actor }, clock);
  now += 7 * DAY;
  const used = await open();
  const { id } = await makeSignInLink(database.db, { actor }, clock);
  await forgetSessions(database.db, new Date(now));
  const sessions = await database.db.selectFrom('sessions').select('id').execute();
  expect(sessions).toEqual([{ id: used.id }]);
  expect(sessions).not.toContainEqual({ id: idle.id });
  expect(await database.db.selectFrom('sign_in_links').select('id').execute()).toEqual([{ id }]);
});

it('a link is good for 15 minutes, once, and not after it was revoked', async () => {
  const { db } = database;
  const late = await makeSignInLink(db, { actor }, clock);
  now += 15 * MINUTE;
  await expect(openSession(db, late.token, clock)).rejects.toThrow(NotSignedIn);
  const good = await makeSignInLink(db, { actor }, clock);
  now += 15 * MINUTE - 1;
  const tries = await Promise.allSettled(Array.from({ length: 5 }, () => openSession(db, good.token, clock)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const revoked = await makeSignInLink(db, { actor }, clock);
  await revokeSession(db, revoked.id, { actor }, clock);
  await expect(openSession(db, revoked.token, clock)).rejects.toThrow(NotSignedIn);
});

it('it is on record who made a link, who came by it and who ended it, and nothing that proves it', async () => {
  const { db } = database;
  const link = await makeSignInLink(db, { actor }, clock);
  const session = await openSession(db, link.token, clock);
  await revokeSession(db, session.id, { actor }, clock);
  await expect(revokeSession(db, session.id, { actor }, clock)).rejects.toThrow(NotFound);
  expect(await isIn(session.token)).toBe(false);
  const columns = ['type', 'command', 'stream', 'version', 'actor', 'actor_kind', 'data'] as const;
  const recorded = db.selectFrom('log_events').select(columns).where('stream', 'like', 'session:%');
  const events = await recorded.orderBy('position').execute();
  const made = { actor: 'cli:olivia', version: 1 };
  expect(events).toEqual([
    {
      ...made,
      type: 'SignInLinkMade',
      command: 'MakeSignInLink',
      stream: `session:${link.id}`,
      actor_kind: 'cli',
      data: { id: link.id, expires_at: '2026-03-02T09:15:00.000Z' },
    },
    {
      ...made,
      type: 'SessionOpened',
      command: 'OpenSession',
      stream: `session:${session.id}`,
      actor_kind: 'session',
      data: { id: session.id, link: link.id, expires_at: '2026-04-01T09:00:00.000Z' },
    },
    {
      ...made,
      version: 2,
      type: 'SessionRevoked',
      command: 'RevokeSession',
      stream: `session:${session.id}`,
      actor_kind: 'cli',
      data: { id: session.id },
    },
  ]);
});

it('cannot say who it is while the database is away, and does not say "nobody"', async () => {
  const { token } = await open();
  await database.close();
  await expect(ring().find(token)).rejects.toThrow(Unavailable);
});
