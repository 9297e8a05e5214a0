import { SCHEMA_VERSIONS, upcast } from './upcast.ts';

const id = '01938b7a-0000-7000-8000-000000000001';
const created_at = '2026-03-02T09:00:00.000Z';
const site = { id, site_id: 7, domain: 'example.com', name: 'Example', timezone: 'Europe/Berlin', public: false };

/** Golden: as each version was written to logs that are out there. Never changed, only added to. */
const FIXTURES = [
  {
    type: 'SiteCreated',
    version: 1,
    data: { ...site, folder_id: null, created_at },
    newest: { ...site, folder_id: null, created_at, account: null },
  },
  { type: 'SiteCreated', version: 2, data: { ...site, folder_id: id, account: 'acme', created_at } },
  { type: 'SiteChanged', version: 1, data: { id, site_id: 7, changes: { name: 'New', excluded_paths: ['/a/*'] } } },
  { type: 'SiteChanged', version: 1, data: { id, site_id: 7, changes: { aliases: ['old.example.com'] } } },
  { type: 'SiteMoved', version: 1, data: { id, site_id: 7, folder_id: null } },
  { type: 'SiteDeleted', version: 1, data: { id, site_id: 7 } },
  { type: 'SiteErased', version: 1, data: { id, site_id: 7, hits: 12 } },
  { type: 'FolderCreated', version: 1, data: { id, name: 'Team', authelia_group: 'devs', account: null, created_at } },
  { type: 'FolderChanged', version: 1, data: { id, changes: { authelia_group: null } } },
  { type: 'FolderDeleted', version: 1, data: { id } },
  {
    type: 'AlertCreated',
    version: 1,
    data: { id, site: id, metric: 'visitors', operator: 'lt', threshold: 10, window: '24h', created_at },
  },
  { type: 'AlertDeleted', version: 1, data: { id, site: id } },
  { type: 'AlertStarted', version: 1, data: { id, site: id, value: 3, checked_at: created_at } },
  { type: 'AlertStopped', version: 1, data: { id, site: id, value: null, checked_at: created_at } },
  {
    type: 'ApiKeyIssued',
    version: 1,
    data: { id, name: 'CI', account: null, scopes: ['admin'], site_ids: null, hash: 'ab', created_at, expires_at: null },
  },
  { type: 'ApiKeyRetired', version: 1, data: { id, expires_at: created_at } },
  { type: 'ApiKeyRevoked', version: 1, data: { id } },
  { type: 'SignInLinkMade', version: 1, data: { id, expires_at: created_at } },
  { type: 'SessionOpened', version: 1, data: { id, link: id, expires_at: created_at } },
  { type: 'SessionRevoked', version: 1, data: { id } },
  {
    type: 'ProjectionSwitched',
    version: 1,
    data: { name: 'all', generation: 3, previous: 2, by: 'promote', reason: 'new rules', differences: 7, dropped: [1] },
  },
  { type: 'ProjectionDiscarded', version: 1, data: { name: 'paths', generation: 4, state: 'ready' } },
  { type: 'HitDiscarded', version: 1, data: { position: '9' } },
  { type: 'LogTrimmed', version: 1, data: { before: '10000000', hits: '9999123' } },
  { type: 'SaltsDestroyed', version: 1, data: { salts: [{ site_id: 7, day: '2026-03-02' }] } },
  { type: 'LogResumed', version: 1, data: { system_identifier: '1', timeline_id: 2, after: '3' } },
];

it.each(FIXTURES)('$type of version $version reads as the newest', ({ type, version, data, newest }) => {
  const before = structuredClone(data);
  const schemaVersion = (SCHEMA_VERSIONS as Record<string, number>)[type];
  expect(upcast({ type, schema_version: version, data })).toEqual({ type, schemaVersion, data: newest ?? data });
  expect(data).toEqual(before);
});

it('there is a fixture of every version of every type', () => {
  const versions = Object.entries(SCHEMA_VERSIONS).flatMap(([type, newest]) =>
    Array.from({ length: newest }, (_, i) => `${type} ${i + 1}`),
  );
  const found = new Set(FIXTURES.map(({ type, version }) => `${type} ${version}`));
  expect([...found].sort()).toEqual(versions.sort());
});

it.each([
  [{ type: 'SiteRenamed', schema_version: 1, data: {} }, 'SiteRenamed'],
  [{ type: 'SiteMoved', schema_version: 2, data: {} }, 'newer'],
])('what this version does not know is refused: %j', (stored, message) => {
  expect(() => upcast(stored)).toThrow(message);
});
