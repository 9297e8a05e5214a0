import { OperatorError } from '../errors.ts';
import { explainFailure } from './failure.ts';

describe('a server that does not start', () => {
  const postgres = { name: 'postgres', uid: 101, gid: 104 };

  it.each([
    ['ENOSPC: no space left on device, write', /disk of \/data is full/],
    ['initdb: error: could not write: No space left on device', /disk of \/data is full/],
    ["EROFS: read-only file system, mkdir '/data'", /read-only.*postgres can write/],
    ['FATAL:  data directory "/data/data" has wrong ownership\nHINT:  own it', /may not use .*wrong ownership/],
    ["EACCES: permission denied, mkdir '/data/s'", /postgres may not use \/data/],
    ['LOG:  starting\nFATAL:  could not map\nHINT:  buy some', /did not start: could not map\. .*DATABASE_URL/],
  ])('is explained: %s', (said, expected) => {
    expect(explainFailure(new Error(said), '/data', postgres).message).toMatch(expected);
  });

  it('keeps what is explained already', () => {
    const known = new OperatorError('set DATABASE_URL');
    expect(explainFailure(known, '/data', undefined)).toBe(known);
  });
});
