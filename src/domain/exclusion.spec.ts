import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { pathMatcher, validatePathPattern } from './exclusion.ts';

describe('pathMatcher', () => {
  it.each([
    ['/admin', '/admin', true],
    ['/admin', '/admin/', false],
    ['/admin', '/admin/users', false],
    ['/admin', '/Admin', false],
    ['/admin/*', '/admin/users/1', true],
    ['/admin/*', '/admin/', true],
    ['/admin/*', '/admin', false],
    ['/admin*', '/administration', true],
    ['*/edit', '/posts/1/edit', true],
    ['*/edit', '/posts/1/edit/2', false],
    ['/*/edit', '/edit', false],
    ['/a*a', '/a', false],
    ['/a*a', '/aa', true],
    ['/*ab*ab', '/ab', false],
    ['/*b*b', '/abcb', true],
    ['*', '/anything', true],
    ['**', '/', true],
    ['/a.c', '/abc', false],
    ['/caf%C3%A9', '/café', true],
    ['/café', '/café', true],
    ['/a%2Fb', '/a/b', false],
    ['/a%2Fb', '/a%2Fb', true],
    ['/search', '/search?q=shoes', true],
    ['/search?q=shoes', '/search?q=shoes', true],
    ['/search?q=shoes', '/search', false],
    ['/search#/x', '/search?q=shoes#/x', true],
    ['/', '/#/about', false],
    ['/#/admin*', '/#/admin/users', true],
  ])('%j on %j: %j', (pattern, pathname, excluded) => {
    expect(pathMatcher([pattern])(pathname)).toBe(excluded);
  });

  it('excludes what any of the patterns matches, and nothing without patterns', () => {
    const excluded = pathMatcher(['/a', '/b/*', '*.pdf']);
    expect(['/a', '/b/c', '/x.pdf', '/c'].map(excluded)).toEqual([true, true, true, false]);
    expect(pathMatcher([])('/a')).toBe(false);
  });

  it('equals the regular expression that it stands for', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '.'), maxLength: 8 });
    const pathname = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '\n'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, pathname, (p, path) => {
        const regex = new RegExp(`^${p.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's');
        expect(pathMatcher([p])(path)).toBe(regex.test(path));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes milliseconds for a pattern on which a backtracking matcher would not end', () => {
    const excluded = pathMatcher([`${'*a'.repeat(1000)}*b`, `*${'b'.padEnd(1000, 'a')}*`]);
    const path = `/${'a'.repeat(2047)}`;
    const start = process.hrtime.bigint();
    for (let i = 0; i < 100; i += 1) expect(excluded(path)).toBe(false);
    expect(Number(process.hrtime.bigint() - start) / 1e6).toBeLessThan(1000);
  });
});

describe('validatePathPattern', () => {
  it.each([
    ['/admin/*', '/admin/*'],
    [' *.pdf ', '*.pdf'],
    ['/a\0b', '/ab'],
  ])('takes %j as %j', (text, pattern) => {
    expect(validatePathPattern(text)).toEqual({ ok: true, pattern });
  });

  it.each([
    ['', 'must start with / or *'],
    ['admin', 'must start with / or *'],
    ['https://example.com/admin', 'must start with / or *'],
    ['/a\nb', 'must not contain control characters'],
    [`/${'é'.repeat(1024)}`, 'must be at most 2048 bytes'],
  ])('refuses %j: %s', (text, reason) => {
    expect(validatePathPattern(text)).toEqual({ ok: false, reason });
  });

  it('answers a pattern that it would take again unchanged, and any such works', () => {
    fc.assert(
      fc.property(anyText(), (s) => {
        const result = validatePathPattern(`/${s}`);
        if (!result.ok) return;
        expect(validatePathPattern(result.pattern)).toEqual(result);
        pathMatcher([result.pattern])('/x');
      }),
    );
  });
});
