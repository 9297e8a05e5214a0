import { InvalidInput } from '../../platform/errors.ts';
import { decideMoveSite } from './move-site.decide.ts';

const site = { id: 'site', site_id: 7, folder_id: 'here', account: 'acme' };

it('a site moves into a folder of its account, or into none', () => {
  const moved = decideMoveSite(site, { id: 'there', account: 'acme' });
  expect(moved).toEqual({ type: 'SiteMoved', schemaVersion: 1, data: { id: 'site', site_id: 7, folder_id: 'there' } });
  expect(decideMoveSite(site, null)?.data.folder_id).toBeNull();
});

it('nothing is decided where it is there already', () => {
  expect(decideMoveSite(site, { id: 'here', account: 'acme' })).toBeNull();
  expect(decideMoveSite({ ...site, folder_id: null }, null)).toBeNull();
});

it.each([undefined, { id: 'there', account: null }, { id: 'there', account: 'other' }])('%j is no folder for it', (folder) => {
  expect(() => decideMoveSite(site, folder)).toThrow(InvalidInput);
});
