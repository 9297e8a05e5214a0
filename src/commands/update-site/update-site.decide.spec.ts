import { InvalidInput } from '../../platform/errors.ts';
import { aliasesTaken, checkUpdate, decideUpdateSite, type SiteState } from './update-site.decide.ts';

const site: SiteState = {
  id: '01938b7a-0000-7000-8000-000000000000',
  site_id: 7,
  name: 'Example',
  public: false,
  timezone: 'UTC',
  excluded_ips: ['10.0.0.0/8'],
  excluded_paths: ['/a'],
  query_keys: [],
  respect_gpc: false,
  aliases: [],
};

it('what is given is stored in one spelling, and the rest is not touched', () => {
  const given = { name: ' New ', timezone: 'europe/berlin', excluded_ips: ['10.1.1.1/8', '::ffff:1.1.1.1'] };
  const stored = { name: 'New', timezone: 'Europe/Berlin', excluded_ips: ['10.0.0.0/8', '1.1.1.1'] };
  expect(checkUpdate(given)).toEqual(stored);
  expect(checkUpdate({})).toEqual({});
});

it('all that is wrong is named at once', () => {
  const wrong = { name: ' ', timezone: 'Mars', excluded_ips: ['x'], excluded_paths: ['/', 'y'], query_keys: ['a=b'], aliases: ['a', 'b,c'] };
  let thrown: unknown;
  try {
    checkUpdate(wrong);
  } catch (e) {
    thrown = e;
  }
  const pointers = thrown instanceof InvalidInput ? thrown.errors.map((error) => error.pointer) : thrown;
  expect(pointers).toEqual(['/name', '/timezone', '/excluded_ips/0', '/excluded_paths/1', '/query_keys/0', '/aliases/1']);
});

it('only what really changes is decided, with how it was', () => {
  const decided = decideUpdateSite(site, { name: 'Example', public: true, excluded_paths: ['/a'], query_keys: ['q'] });
  const changes = { public: true, query_keys: ['q'] };
  expect(decided).toEqual({
    event: { type: 'SiteChanged', schemaVersion: 1, data: { id: site.id, site_id: 7, changes } },
    before: { public: false, query_keys: [] },
    after: changes,
  });
});

it('addresses stand apart from the rest', () => {
  const decided = decideUpdateSite(site, { excluded_ips: [] });
  expect(decided).toMatchObject({ event: { data: { changes: {} } }, before: {}, after: {} });
  expect(decided?.private).toEqual({ before: { excluded_ips: ['10.0.0.0/8'] }, after: { excluded_ips: [] } });
});

it('nothing is decided where everything is so already', () => {
  expect(decideUpdateSite(site, { ...site })).toBeNull();
  expect(decideUpdateSite(site, {})).toBeNull();
});

it('aliases are compared without capitals, and those that are taken are named where they were given', () => {
  expect(checkUpdate({ aliases: [' Old.Example ', 'old.example', 'E676C9B4'] })).toEqual({ aliases: ['old.example', 'e676c9b4'] });
  const { message, errors } = aliasesTaken(['free', 'Old.Example', 'x'], ['x', 'old.example']);
  expect(errors.map((error) => error.pointer)).toEqual(['/aliases/1', '/aliases/2']);
  expect(message).toBe('aliases/1, aliases/2 must be no name of another site.');
});
