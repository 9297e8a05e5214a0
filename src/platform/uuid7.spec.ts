import { uuid7 } from './uuid7.ts';

describe('uuid7', () => {
  it('carries its time, version and variant', () => {
    const id = uuid7(0x0190_0000_0001);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id.startsWith('01900000-0001-7')).toBe(true);
  });

  it('sorts in the order of making, within a millisecond and when the clock steps back', () => {
    const now = 0x0190_0000_0100;
    const ids = Array.from({ length: 10_000 }, () => uuid7(now));
    ids.push(uuid7(now - 5_000), uuid7(now + 60_000));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
