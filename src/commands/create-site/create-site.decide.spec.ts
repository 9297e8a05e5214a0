import { Conflict, InvalidInput } from '../../platform/errors.ts';
import { checkSite, decideCreateSite, type CheckedSite } from './create-site.decide.ts';

const made = { id: '01938b7a-0000-7000-8000-000000000000', siteId: 7, now: new Date('2026-03-02T09:00:00Z') };
const checked: CheckedSite = { domain: 'example.com', name: 'example.com', timezone: 'UTC', public: false, folder_id: null, account: null };

function pointers(run: () => unknown): string[] {
  try {
    run();
  } catch (e) {
    if (e instanceof InvalidInput) return e.errors.map((error) => error.pointer);
    throw e;
  }
  throw new Error('nothing was wrong');
}

describe('the fields of a new site', () => {
  it('are completed: a name, UTC, not public', () => {
    expect(checkSite({ domain: 'WWW.Example.com.' })).toEqual(checked);
  });

  it('have a name as people read it, clean', () => {
    expect(checkSite({ domain: 'xn--bcher-kva.example' }).name).toBe('bücher.example');
    expect(checkSite({ domain: 'a.example', name: ' A\u0000 \ud800' }).name).not.toContain('\u0000');
    expect(checkSite({ domain: 'a.example', name: '  ' }).name).toBe('a.example');
  });

  it('are each named when they are wrong', () => {
    const wrong = { domain: 'a b', name: 'x'.repeat(201), timezone: 'Mars' };
    expect(pointers(() => checkSite(wrong))).toEqual(['/domain', '/name', '/timezone']);
  });

  it('may have a name of 200 characters, whatever their code points are', () => {
    expect(checkSite({ domain: 'a.example', name: '😀'.repeat(200) }).name).toHaveLength(400);
  });
});

describe('a site is created', () => {
  it('with what was checked and what was made for it', () => {
    const event = decideCreateSite(checked, { isDomainTaken: false, isTimeZoneKnown: true, folder: undefined }, made);
    expect(event).toEqual({
      type: 'SiteCreated',
      schemaVersion: 2,
      data: {
        id: made.id,
        site_id: 7,
        domain: 'example.com',
        name: 'example.com',
        timezone: 'UTC',
        public: false,
        folder_id: null,
        account: null,
        created_at: '2026-03-02T09:00:00.000Z',
      },
    });
  });

  it('not where the domain is taken', () => {
    const decide = () => decideCreateSite(checked, { isDomainTaken: true, isTimeZoneKnown: true, folder: undefined }, made);
    expect(decide).toThrow(Conflict);
  });

  it('not in a time zone that PostgreSQL does not know', () => {
    const decide = () => decideCreateSite(checked, { isDomainTaken: false, isTimeZoneKnown: false, folder: undefined }, made);
    expect(pointers(decide)).toEqual(['/timezone']);
  });

  it('in a folder of the same account, and in no other', () => {
    const folder_id = '01938b7a-0000-7000-8000-000000000001';
    const known = { isDomainTaken: false, isTimeZoneKnown: true };
    const inFolder = { ...checked, folder_id, account: 'acme' };
    const folder = { account: 'acme' };
    expect(decideCreateSite(inFolder, { ...known, folder }, made).data).toMatchObject({ folder_id, account: 'acme' });
    for (const other of [undefined, { account: null }, { account: 'other' }]) {
      expect(pointers(() => decideCreateSite(inFolder, { ...known, folder: other }, made))).toEqual(['/folder_id']);
    }
  });
});
