import type { AuditRow } from '../../models/audit/audit.read.ts';
import { entryOf } from './audit-entry.ts';

const row = (more: Partial<AuditRow>): AuditRow => ({
  position: '7',
  recorded_at: new Date('2026-03-02T09:00:00Z'),
  actor: 'user:ann',
  command: null,
  type: 'LogResumed',
  stream: 'log',
  site: null,
  before: null,
  after: null,
  private: null,
  ...more,
});

it('has the position as a number, and the name of the event where nobody decided it', () => {
  expect(entryOf(row({ position: '9007199254740991' }))).toMatchObject({
    position: 9_007_199_254_740_991,
    command: 'LogResumed',
    before: null,
    after: null,
  });
  expect(entryOf(row({ command: 'CreateSite', type: 'SiteCreated' })).command).toBe('CreateSite');
});

it('has what is private beside the rest', () => {
  const changed = row({
    type: 'SiteChanged',
    before: { name: 'A' },
    after: { name: 'B' },
    private: { before: { excluded_ips: [] }, after: { excluded_ips: ['192.0.2.1'] } },
  });
  expect(entryOf(changed)).toMatchObject({
    before: { name: 'A', excluded_ips: [] },
    after: { name: 'B', excluded_ips: ['192.0.2.1'] },
  });
  expect(entryOf(row({ private: { after: { email: 'a@example.com' } } }))).toMatchObject({
    before: null,
    after: { email: 'a@example.com' },
  });
});

it('says null for what was erased', () => {
  expect(entryOf(row({ type: 'AlertCreated', after: { metric: 'visitors' } })).after).toEqual({
    metric: 'visitors',
    email: null,
  });
  expect(entryOf(row({ type: 'AlertDeleted', before: {} }))).toMatchObject({ before: { email: null }, after: null });
  expect(entryOf(row({ type: 'SiteDeleted', before: {} }))).toMatchObject({ before: { excluded_ips: null }, after: null });
  const ips = { excluded_ips: null };
  expect(entryOf(row({ type: 'SiteChanged', before: {}, after: {} }))).toMatchObject({ before: ips, after: ips });
});

it('tells nothing that proves who somebody is, even where it was recorded', () => {
  const proof = { hash: 'ab', key: 'k', token: 't', secret: 's', cookie: 'c' };
  expect(entryOf(row({ before: { ...proof, name: 'A' }, after: proof }))).toMatchObject({ before: { name: 'A' }, after: {} });
  expect(entryOf(row({ after: proof })).after).toEqual({});
});
