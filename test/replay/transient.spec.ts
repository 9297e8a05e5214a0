import { isTransient } from '../../src/projections/engine/poison.ts';

describe('an error that says nothing about a hit', () => {
  it.each(['57P01', '40P01', '55P03', '53300', 'ECONNRESET', 'EPIPE', 'EPERM', undefined])('has the code %s', (code) => {
    expect(isTransient(Object.assign(new Error('lost'), { code }))).toBe(true);
  });

  it.each(['23514', '22003', '54000', '42P01'])('does not have the code %s', (code) => {
    expect(isTransient(Object.assign(new Error('bad'), { code }))).toBe(false);
  });
});
