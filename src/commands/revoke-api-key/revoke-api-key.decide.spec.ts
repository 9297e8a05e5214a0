import { NotFound } from '../../platform/errors.ts';
import { decideRevokeApiKey } from './revoke-api-key.decide.ts';

const now = new Date('2026-03-02T09:00:00Z');
const id = '01938b7a-0000-7000-8000-000000000000';
const HOUR = 3_600_000;

it('a key is revoked at once', () => {
  const event = { type: 'ApiKeyRevoked', schemaVersion: 1, data: { id } };
  expect(decideRevokeApiKey({ id, expires_at: null }, now, 0)).toEqual(event);
});

it('or is good a while longer, but not longer than it was anyway', () => {
  const until = (expires_at: Date | null) => decideRevokeApiKey({ id, expires_at }, now, HOUR).data;
  const inAnHour = { id, expires_at: '2026-03-02T10:00:00.000Z' };
  expect(until(null)).toEqual(inAnHour);
  expect(until(new Date('2027-01-01T00:00:00Z'))).toEqual(inAnHour);
  expect(until(new Date('2026-03-02T09:30:00Z'))).toEqual({ id, expires_at: '2026-03-02T09:30:00.000Z' });
});

it('what is not there is not revoked', () => {
  expect(() => decideRevokeApiKey(undefined, now, 0)).toThrow(NotFound);
});
