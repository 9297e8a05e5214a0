import fc, { type Arbitrary, type StringConstraints } from 'fast-check';

const SURROGATES = 0x800;

const character = fc.nat(0x10ffff - SURROGATES).map(
  (n) => String.fromCodePoint(n < 0xd800 ? n : n + SURROGATES),
  (text) => {
    const code = typeof text === 'string' && text.length > 0 ? text.codePointAt(0)! : -1;
    if (code < 0 || String.fromCodePoint(code) !== text || (code >= 0xd800 && code < 0xd800 + SURROGATES)) {
      throw new Error('no character');
    }
    return code < 0xd800 ? code : code - SURROGATES;
  },
);

/**
 * Well-formed text of any characters, with the names that JavaScript knows (`__proto__`) now and then: the same as
 * `fc.string({ unit: 'binary' })`, which takes more than a second to list a million characters before its first text.
 */
export function anyText(length: Pick<StringConstraints, 'minLength' | 'maxLength'> = {}): Arbitrary<string> {
  return fc.string({ unit: character, ...length });
}
