import { randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from './harness.ts';
import { askRaw, utf8, type RawAnswer } from './raw-request.ts';

/** Edges of a network, a single address, and an IPv6 address: what the server believes. */
const TRUSTED = '127.0.0.16/30, 127.0.0.40, ::1, ::ffff:127.0.1.0/120';
const PROXY = '127.0.0.17';
const STRANGER = '127.0.0.2';

type Mode = 'proxy' | 'key' | 'other-group' | 'nobody-trusted' | 'mapped' | 'v6';
const ENVIRONMENTS: Record<Mode, Record<string, string>> = {
  proxy: { ANTICS_TRUSTED_PROXIES: TRUSTED },
  key: { ANTICS_TRUSTED_PROXIES: TRUSTED, ANTICS_AUTH: 'key' },
  'other-group': { ANTICS_TRUSTED_PROXIES: TRUSTED, ANTICS_ADMIN_GROUP: 'Web Team' },
  'nobody-trusted': {},
  mapped: { ANTICS_TRUSTED_PROXIES: '127.0.0.16/30', ANTICS_HOST: '::ffff:127.0.0.1' },
  v6: { ANTICS_TRUSTED_PROXIES: '::1', ANTICS_HOST: '::1' },
};

const servers = new Map<Mode, TestServer>();
beforeAll(async () => {
  for (const [mode, env] of Object.entries(ENVIRONMENTS)) servers.set(mode as Mode, await startTestServer(env));
}, 120_000);
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
});

function serverOf(mode: Mode): TestServer {
  const server = servers.get(mode);
  if (server === undefined) throw new Error(`no server ${mode}`);
  return server;
}

interface From {
  mode?: Mode;
  /** Default: a proxy that is believed. */
  from?: string;
}

function ask(path: string, lines: readonly string[], { mode = 'proxy', from = PROXY }: From = {}, method = 'GET') {
  const { port } = new URL(serverOf(mode).server.baseUrl);
  const to = mode === 'v6' ? { host: '::1' } : { host: '127.0.0.1', from };
  return askRaw({ port: Number(port), ...to, method, path, lines });
}

/**
 * `nobody`: not known, as if the headers were not there. `refused`: they are, and are not as they must be.
 * `no request`: not even HTTP.
 */
type Who = 'admin' | 'user' | 'nobody' | 'refused' | 'no request';

async function whoIs(lines: readonly string[], from: From): Promise<Who> {
  const answer = await ask('/api/refused-hosts', lines, from);
  const { status: onOpen } = await ask('/api/health', lines, from);
  const who = whoOf(answer);
  const isTurnedAway = who === 'refused' || who === 'no request';
  expect([who, onOpen]).toEqual([who, isTurnedAway ? answer.status : 200]);
  return who;
}

function whoOf({ status, body }: RawAnswer): Who {
  if (status === 200) return 'admin';
  if (status === 403) return 'user';
  if (status === 400 || status === 431) return 'no request';
  expect(status).toBe(401);
  return body.includes('"Remote-') ? 'refused' : 'nobody';
}

const alice = 'Remote-User: alice';
const admins = 'Remote-Groups: admins';
const both = [alice, admins];

/** What Node's parser lets through is Node's to say: a newer one may refuse more, never read more into it. */
const VARIANTS: [title: string, lines: readonly string[], who: Who, from?: From][] = [
  // As they should be.
  ['a user and a group', both, 'admin'],
  ['a user without groups', [alice], 'user'],
  ['a user of other groups', [alice, 'Remote-Groups: dev,ops'], 'user'],
  ['nothing at all', [], 'nobody'],
  // Names of headers.
  ['names in lower case', ['remote-user: alice', 'remote-groups: admins'], 'admin'],
  ['names in upper case', ['REMOTE-USER: alice', 'REMOTE-GROUPS: admins'], 'admin'],
  ['names with underscores', ['Remote_User: alice', 'Remote_Groups: admins'], 'nobody'],
  ['an underscore in one of them', [alice, 'Remote_Groups: admins'], 'user'],
  ['another product’s names', ['X-Remote-User: alice', 'X-Forwarded-User: alice', 'X-Groups: admins'], 'nobody'],
  ['a blank before the colon', ['Remote-User : alice', admins], 'no request'],
  // Twice.
  ['a user twice, the same', [alice, alice, admins], 'refused'],
  ['a user twice, another one', [alice, 'Remote-User: mallory'], 'refused'],
  ['a user twice, in another case', [alice, 'remote-user: alice', admins], 'refused'],
  ['a user twice, once empty', [alice, 'Remote-User:', admins], 'refused'],
  ['groups twice, the same', [...both, admins], 'refused'],
  ['groups twice, another one', [alice, 'Remote-Groups: dev', 'REMOTE-GROUPS: admins'], 'refused'],
  ['groups twice, once empty', [...both, 'Remote-Groups:'], 'refused'],
  ['two users joined by a comma', ['Remote-User: alice, mallory', admins], 'refused'],
  // Empty.
  ['an empty user', ['Remote-User:', admins], 'refused'],
  ['a user of blanks', ['Remote-User: \t  ', admins], 'refused'],
  ['empty groups', [alice, 'Remote-Groups:'], 'refused'],
  ['groups of nobody', [admins], 'refused'],
  // Groups as a list.
  ['groups with blanks around', [alice, 'Remote-Groups:   dev ,  admins  '], 'admin'],
  ['groups with blanks left out', [alice, 'Remote-Groups: ,, dev,,admins,'], 'admin'],
  ['groups of commas alone', [alice, 'Remote-Groups: , ,'], 'user'],
  ['the admin group in another case', [alice, 'Remote-Groups: Admins'], 'user'],
  ['a longer name that holds it', [alice, 'Remote-Groups: admins2,xadmins,not admins'], 'user'],
  ['a shorter one', [alice, 'Remote-Groups: admin'], 'user'],
  ['it behind a semicolon', [alice, 'Remote-Groups: dev;admins'], 'user'],
  ['it behind a bar', [alice, 'Remote-Groups: dev|admins'], 'user'],
  ['it in quotes', [alice, 'Remote-Groups: "admins"'], 'user'],
  ['it in percent signs', [alice, 'Remote-Groups: %61dmins'], 'user'],
  // Bytes.
  ['NUL in a user', ['Remote-User: ali\u0000ce', admins], 'no request'],
  ['NUL in groups', [alice, 'Remote-Groups: dev\u0000,admins'], 'no request'],
  ['a bell', ['Remote-User: ali\u0007ce', admins], 'no request'],
  ['0x7f', ['Remote-User: ali\u007fce', admins], 'no request'],
  ['a tab inside a user', ['Remote-User: ali\tce', admins], 'refused'],
  ['a tab inside groups', [alice, 'Remote-Groups: dev,\tadmins'], 'refused'],
  ['a lone carriage return', ['Remote-User: alice\rRemote-Groups: admins'], 'no request'],
  ['a folded line', ['Remote-User: alice', ' mallory', admins], 'no request'],
  ['a folded list of groups', [alice, 'Remote-Groups: dev,', '\tadmins'], 'no request'],
  ['Latin-1', ['Remote-User: Ren\u00e9', admins], 'refused'],
  ['Latin-1 in groups', [alice, 'Remote-Groups: caf\u00e9,admins'], 'refused'],
  ['UTF-8', [`Remote-User: ${utf8('René 王')}`, admins], 'admin'],
  ['UTF-8 that is too long for its character', ['Remote-User: \u00c1\u00a1lice', admins], 'refused'],
  ['UTF-8 cut in the middle', ['Remote-User: alice\u00c3', admins], 'refused'],
  ['a control character of C1', [`Remote-User: ${utf8('ali\u0085ce')}`, admins], 'refused'],
  ['writing from right to left', [`Remote-User: ${utf8('ali\u202ece')}`, admins], 'refused'],
  ['a character of no width', [`Remote-User: ${utf8('alice\u200b')}`, admins], 'refused'],
  ['a byte order mark', [`Remote-User: ${utf8('\ufeffalice')}`, admins], 'refused'],
  ['a blank that is no space', [`Remote-User: ${utf8('\u00a0alice')}`, admins], 'refused'],
  ['letters that look like the admin group', [alice, `Remote-Groups: ${utf8('аdmins')}`], 'user'],
  ['blanks around a user', ['Remote-User: \t alice \t ', admins], 'admin'],
  ['blanks inside a user', ['Remote-User: Alice B', admins], 'admin'],
  // Length.
  ['a user of 255 bytes', [`Remote-User: ${'a'.repeat(255)}`, admins], 'admin'],
  ['a user of 256 bytes', [`Remote-User: ${'a'.repeat(256)}`, admins], 'refused'],
  ['a user of 256 bytes in fewer letters', [`Remote-User: ${utf8('é'.repeat(128))}`, admins], 'refused'],
  ['many groups', [alice, `Remote-Groups: ${'g,'.repeat(3_000)}admins`], 'admin'],
  ['a very long user', [`Remote-User: ${'a'.repeat(20_000)}`, admins], 'no request'],
  // Peers.
  ['the first address of the network', both, 'admin', { from: '127.0.0.16' }],
  ['the last one', both, 'admin', { from: '127.0.0.19' }],
  ['one before it', both, 'nobody', { from: '127.0.0.15' }],
  ['one after it', both, 'nobody', { from: '127.0.0.20' }],
  ['the single address', both, 'admin', { from: '127.0.0.40' }],
  ['its neighbour', both, 'nobody', { from: '127.0.0.41' }],
  ['a network written as mapped IPv4', both, 'admin', { from: '127.0.1.255' }],
  ['its neighbour', both, 'nobody', { from: '127.0.2.0' }],
  ['the server’s own machine', both, 'nobody', { from: '127.0.0.1' }],
  ['a stranger with malformed headers', [alice, alice, 'Remote-User:'], 'nobody', { from: STRANGER }],
  ['where nobody is trusted', both, 'nobody', { mode: 'nobody-trusted', from: '127.0.0.1' }],
  ['a mapped IPv4 peer inside', both, 'admin', { mode: 'mapped' }],
  ['a mapped IPv4 peer outside', both, 'nobody', { mode: 'mapped', from: STRANGER }],
  ['an IPv6 peer', both, 'admin', { mode: 'v6' }],
  // Who says to be the proxy.
  ['X-Forwarded-For of the proxy', [...both, `X-Forwarded-For: ${PROXY}`], 'nobody', { from: STRANGER }],
  ['a chain that begins with it', [...both, `X-Forwarded-For: ${PROXY}, 203.0.113.9`], 'nobody', { from: STRANGER }],
  ['a chain that ends with it', [...both, `X-Forwarded-For: 203.0.113.9, ${PROXY}`], 'nobody', { from: STRANGER }],
  ['X-Real-IP of the proxy', [...both, `X-Real-IP: ${PROXY}`], 'nobody', { from: STRANGER }],
  ['Forwarded of the proxy', [...both, `Forwarded: for=${PROXY};by=${PROXY}`], 'nobody', { from: STRANGER }],
  ['a stranger behind the proxy', [...both, 'X-Forwarded-For: 203.0.113.9'], 'admin'],
  // In managed mode.
  ['mode key, as they should be', both, 'nobody', { mode: 'key' }],
  ['mode key, malformed', [alice, alice, 'Remote-Groups:'], 'nobody', { mode: 'key' }],
  // Another admin group.
  ['the admin group of another set-up', [alice, 'Remote-Groups: dev, Web Team'], 'admin', { mode: 'other-group' }],
  ['that group in another case', [alice, 'Remote-Groups: web team'], 'user', { mode: 'other-group' }],
  ['the default group there', both, 'user', { mode: 'other-group' }],
];

describe('the identity that a proxy forwards', () => {
  it.each(VARIANTS)('%s', async (_title, lines, who, from = {}) => {
    expect(await whoIs(lines, from)).toBe(who);
  });

  it('is on record as the user’s', async () => {
    const body = '{"domain":"on-record.example"}';
    const lines = [`Remote-User: ${utf8('René')}`, admins, 'Sec-Fetch-Site: same-origin'];
    const sent = [...lines, 'Content-Type: application/json', `Content-Length: ${body.length}`, `\r\n${body}`];
    expect((await ask('/api/sites', sent, {}, 'POST')).status).toBe(201);
    const { db } = serverOf('proxy').database;
    const entry = db.selectFrom('log_events').select(['actor', 'actor_kind']).orderBy('position', 'desc').limit(1);
    expect(await entry.executeTakeFirst()).toEqual({ actor: 'user:René', actor_kind: 'user' });
  });
});

describe('a user', () => {
  it('sees the sites of the folders of their groups, reads them, and finds nothing else', async () => {
    const { createSite, database } = serverOf('proxy');
    const [mine, other, loose] = [await createSite(), await createSite(), await createSite()];
    const open = await createSite({ public: true });
    for (const [site, group] of [[mine, 'Devs'], [other, 'ops'], [open, 'ops']] as const) {
      const made = { account: null, created_at: new Date(), version: 1 };
      const folder = { id: randomUUID(), name: 'x', authelia_group: group, ...made };
      await database.db.insertInto('folders').values(folder).execute();
      await database.db.updateTable('sites').set({ folder_id: folder.id }).where('id', '=', site.id).execute();
    }
    const lines = [alice, 'Remote-Groups: writers, Devs'];
    const listed = JSON.parse((await ask('/api/sites', lines)).body) as { sites: { id: string }[] };
    expect(listed.sites.map(({ id }) => id)).toEqual([mine.id]);
    const get = async (path: string) => (await ask(path, lines)).status;
    expect(await get(`/api/stats/${mine.id}`)).toBe(200);
    expect(await get(`/api/export/${mine.id}?period=7d`)).toBe(200);
    expect(await get(`/api/stats/${open.id}`)).toBe(200);
    const nowhere = await ask(`/api/stats/${randomUUID()}`, lines);
    expect(nowhere.status).toBe(404);
    const hidden = [`/api/stats/${other.id}`, `/api/stats/${loose.id}`, `/api/export/${open.id}`, `/api/sites/${open.id}`];
    for (const path of hidden) {
      const answer = await ask(path, lines);
      expect([path, answer.status, answer.body]).toEqual([path, 404, nowhere.body]);
      expect(namesIn(answer.head)).toEqual(namesIn(nowhere.head));
    }
    const upperCase = await ask(`/api/stats/${mine.id}`, [alice, 'Remote-Groups: devs']);
    expect(upperCase.status).toBe(404);
  });

  it('may not write', async () => {
    const lines = [alice, 'Remote-Groups: dev', 'Sec-Fetch-Site: same-origin', 'Content-Length: 0'];
    const answer = await ask('/api/sites', lines, {}, 'POST');
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('sites:write')]);
  });
});

describe('beside an Authorization', () => {
  const key = () => `Authorization: Bearer ${serverOf('proxy').adminKey}`;

  it('a valid key decides, whatever the proxy says', async () => {
    expect(await whoIs([alice, key()], {})).toBe('admin');
    expect(await whoIs([alice, alice, 'Remote-Groups:', key()], {})).toBe('admin');
  });

  it.each(['Bearer nobody', 'Basic YTpi', 'Bearer', ''])('"%s" is 401, whatever the proxy says', async (wrong) => {
    const { status } = await ask('/api/sites', [...both, `Authorization: ${wrong}`]);
    expect(status).toBe(401);
  });
});

function namesIn(head: string): string[] {
  return head.split('\r\n').slice(1).map((line) => line.split(':')[0] ?? '').sort();
}
