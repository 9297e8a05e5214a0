import { EVERYTHING, type Sight } from '../../domain/sight.ts';
import { InvalidInput, NotAllowed } from '../../platform/errors.ts';
import type { KeyIssuer, NewApiKey } from './issue-api-key.command.ts';
import { decideIssueApiKey, readNewApiKey, type ApiKeyIssued } from './issue-api-key.decide.ts';

const now = new Date('2026-03-02T09:00:00Z');
const [a, b] = ['01938b7a-0000-7000-8000-00000000000a', '01938b7a-0000-7000-8000-00000000000b'];
const made = { id: '01938b7a-0000-7000-8000-000000000000', hash: Buffer.from('ab', 'hex'), now };
const issuer = (sight: Partial<Sight> = {}, scopes = ['admin']): KeyIssuer => ({ scopes, sight: { ...EVERYTHING, ...sight } });

/** Both sites are there. */
function decide(key: NewApiKey, by: KeyIssuer = issuer()): ApiKeyIssued {
  return decideIssueApiKey(readNewApiKey({ name: 'CI', scopes: ['stats:read'], ...key }, by, now), by, [a, b], made);
}

function pointers(run: () => unknown): string[] {
  try {
    run();
  } catch (e) {
    if (e instanceof InvalidInput) return e.errors.map((error) => error.pointer);
    throw e;
  }
  throw new Error('nothing was wrong');
}

it('a key has what was asked for, clean, and of the key itself the hash alone', () => {
  const key = { name: ' CI\u0000 ', account: ' acme ', site_ids: [a.toUpperCase()], expires_at: '2026-03-03' };
  expect(decide(key)).toEqual({
    type: 'ApiKeyIssued',
    schemaVersion: 1,
    data: {
      id: made.id,
      name: 'CI',
      account: 'acme',
      scopes: ['stats:read'],
      site_ids: [a],
      expires_at: '2026-03-03T00:00:00.000Z',
      hash: 'ab',
      created_at: '2026-03-02T09:00:00.000Z',
    },
  });
});

it('a name has 1 to 200 characters, whatever their code points are', () => {
  expect(decide({ name: '😀'.repeat(200) }).data.name).toHaveLength(400);
  for (const name of ['', ' ', '\u0000', '😀'.repeat(201), null, undefined, 7, ['x']]) {
    expect(pointers(() => decide({ name }))).toEqual(['/name']);
  }
});

it('every field that is wrong is named at once, with the sites that are not there', () => {
  const nowhere = '01938b7a-0000-7000-8000-00000000000c';
  const wrong = { name: '', scopes: ['x', 'admin', 'admin'], site_ids: [a, nowhere, 'x', a], expires_at: 1, account: '\n' };
  expect(pointers(() => decide(wrong)).sort()).toEqual(
    ['/account', '/expires_at', '/name', '/scopes/0', '/scopes/2', '/site_ids/1', '/site_ids/2', '/site_ids/3'],
  );
});

it('of a thousand sites that are not there a hundred faults are named, a few in the sentence, and the other fields too', () => {
  const nowhere = Array.from({ length: 1_000 }, (_, i) => (i % 2 ? 'x' : made.id.replace(/.{4}$/, String(1_000 + i))));
  const wrong = { site_ids: nowhere, expires_at: 1, name: '' };
  expect(() => decide(wrong)).toThrow(/^name must .{1,600}; and 997 more\.$/);
  const named = pointers(() => decide(wrong));
  expect(named).toHaveLength(100);
  expect(named).toEqual(expect.arrayContaining(['/name', '/expires_at', '/site_ids/1']));
});

it('an account is not mended: what is no printable name is refused', () => {
  expect(decide({ account: ' ac me ' }).data.account).toBe('ac me');
  for (const account of ['a\nb', 'a\u202eb', '\u2028', '']) {
    expect(pointers(() => decide({ account }))).toEqual(['/account']);
  }
});

it('of a list of scopes without end the first one too many is told', () => {
  expect(pointers(() => decide({ scopes: Array<string>(100_000).fill('admin') }))).toHaveLength(4);
});

it.each(['2026-03-02T09:00:00Z', '2026-03-02T10:00:00+01:00', '2026-03-02', '2020-01-01'])(
  'a key does not expire at %s, which is over',
  (expires_at) => {
    expect(pointers(() => decide({ expires_at }))).toEqual(['/expires_at']);
  },
);

it('no key is of another account than its issuer’s', () => {
  expect(decide({}, issuer({ account: 'acme' })).data.account).toBe('acme');
  expect(decide({ account: null }, issuer({ account: 'acme' })).data.account).toBe('acme');
  expect(() => decide({ account: 'other' }, issuer({ account: 'acme' }))).toThrow(NotAllowed);
  expect(decide({ account: 'other' }).data.account).toBe('other');
});

it('no key reaches sites that its issuer does not', () => {
  const limited = issuer({ siteIds: [a] });
  expect(decide({ site_ids: [a] }, limited).data.site_ids).toEqual([a]);
  expect(pointers(() => decide({ site_ids: [a, b] }, limited))).toEqual(['/site_ids/1']);
  expect(pointers(() => decide({}, limited))).toEqual(['/site_ids']);
  expect(pointers(() => decide({ site_ids: null }, limited))).toEqual(['/site_ids']);
});

it('no key has a scope that its issuer lacks, and members of a group issue none', () => {
  const writer = issuer({}, ['sites:write']);
  expect(decide({ scopes: ['sites:write'] }, writer).data.scopes).toEqual(['sites:write']);
  expect(() => decide({ scopes: ['sites:write', 'admin'] }, writer)).toThrow(NotAllowed);
  expect(() => decide({}, issuer({ groups: ['devs'] }))).toThrow(NotAllowed);
});
