import { requireSupportedPostgres } from './postgres-version.ts';

describe('the version of PostgreSQL', () => {
  it.each(['150000', '150004', '180001'])('may be %s', (version) => {
    expect(() => requireSupportedPostgres(version)).not.toThrow();
  });

  it.each([
    ['140011', 'PostgreSQL 14,'],
    ['90624', 'PostgreSQL 9.6,'],
  ])('may not be %s', (version, said) => {
    expect(() => requireSupportedPostgres(version)).toThrow(said);
    expect(() => requireSupportedPostgres(version)).toThrow(/15 or newer/);
  });
});
