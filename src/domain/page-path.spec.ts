import fc from 'fast-check';
import { displayPath, displayQuery } from './page-path.ts';

/** The same bytes, with every escape of a URL in one spelling. */
function meaning(path: string): string {
  return new URL(`http://h${path}`).pathname.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}

const escapes = fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, '0')}`);
const pathPiece = fc.oneof(
  escapes,
  fc.constantFrom('%', '%4', '%%34', '31', '/', ' ', 'é', '.', '..', '%2e', '*'),
  fc.string(),
);
const path = fc
  .array(pathPiece, { maxLength: 12 })
  .map((pieces) => new URL(`http://h/${pieces.join('').replace(/[?#]/g, '')}`).pathname);

describe('displayPath', () => {
  it.each([
    ['/caf%C3%A9', '/café'],
    ['/caf%c3%a9', '/café'],
    ['/%E2%82%AC%F0%9F%91%8D', '/€👍'],
    ['/hello%20world', '/hello world'],
    ['/a%7Eb%2Db', '/a~b-b'],
    ['/%ff', '/%ff'],
    ['/%C3%41', '/%C3A'],
    ['/%ED%A0%80', '/%ED%A0%80'],
    ['/%C0%AF', '/%C0%AF'],
    ['/%F4%90%80%80', '/%F4%90%80%80'],
    ['/caf%C3%A9/%ff', '/café/%ff'],
    ['/a%2Fb%2fc', '/a%2Fb%2fc'],
    ['/a%3Fb%23c', '/a%3Fb%23c'],
    ['/%2541', '/%2541'],
    ['/a%5Cb', '/a%5Cb'],
    ['/%00%0A%1f%7F%C2%85', '/%00%0A%1f%7F%C2%85'],
    ['/%E2%80%AEgpj.exe', '/%E2%80%AEgpj.exe'],
    ['/a%20%20', '/a%20%20'],
    ['/100%', '/100%'],
    ['/%zz', '/%zz'],
    ['/%%34%31', '/%%34%31'],
  ])('shows %j as %j', (encoded, shown) => {
    expect(displayPath(encoded)).toBe(shown);
  });

  it('still means the same URL, and is idempotent', () => {
    fc.assert(
      fc.property(path, (encoded) => {
        const shown = displayPath(encoded);
        expect(displayPath(shown)).toBe(shown);
        expect(displayPath(new URL(`http://h${shown}`).pathname)).toBe(shown);
        expect(shown.isWellFormed()).toBe(true);
        // eslint-disable-next-line no-control-regex
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 500 },
    );
  });

  it('never shows two different paths alike', () => {
    const few = fc.array(fc.constantFrom('%', '%25', '%34', '4', '1', '%2F', '/', '%2f', 'a'), { maxLength: 5 });
    const pair = few.map((pieces) => `/x${pieces.join('')}`);
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        fc.pre(displayPath(a) === displayPath(b));
        expect(decodeAll(meaning(a))).toBe(decodeAll(meaning(b)));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a long path of broken bytes in its stride', () => {
    const broken = `/${'%ED%A0%80'.repeat(200_000)}`;
    expect(displayPath(broken)).toBe(broken);
  });
});

/** Escapes of unreserved characters undone: RFC 3986 calls URLs that differ in nothing else equivalent. */
function decodeAll(path: string): string {
  return path.replace(/%(?:3[0-9]|[46][1-9A-F]|[57][0-9A])/g, (escape) => decodeURIComponent(escape));
}

describe('displayQuery', () => {
  it('decodes text, but no separator', () => {
    expect(displayQuery('q=caf%C3%A9+au+lait&tag=a%26b%3Dc%2B%23')).toBe('q=café+au+lait&tag=a%26b%3Dc%2B%23');
  });
});
