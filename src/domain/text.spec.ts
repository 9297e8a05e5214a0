import fc from 'fast-check';
import { cleanText, utf8Length } from './text.ts';

describe('cleanText', () => {
  it.each([
    ['plain', 'plain'],
    ['a\0b\0', 'ab'],
    ['\ud800', '\ufffd'],
    ['x\udc00y', 'x\ufffdy'],
    ['👍', '👍'],
    ['\ud83d\0\udc4d', '\ufffd\ufffd'],
    ['tab\tstays', 'tab\tstays'],
  ])('makes %j storable as %j', (raw, clean) => {
    expect(cleanText(raw)).toBe(clean);
  });

  it('is well-formed, free of NUL and idempotent for any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((c) => String.fromCharCode(c % 3 === 0 ? 0 : c)) }), (s) => {
        const clean = cleanText(s);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean).not.toContain('\0');
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });
});

describe('utf8Length', () => {
  it('counts bytes, not characters', () => {
    expect(utf8Length('aé€👍')).toBe(1 + 2 + 3 + 4);
    expect(utf8Length('')).toBe(0);
  });
});
