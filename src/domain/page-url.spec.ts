import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { CLICK_IDS, parsePageUrl, SOURCE_KEYS, type PageUrl, type PageUrlOptions } from './page-url.ts';

function page(u: string, o?: PageUrlOptions): PageUrl {
  const parsed = parsePageUrl(u, o);
  if ('error' in parsed) throw new Error(`${u}: ${parsed.error}`);
  return parsed;
}

describe('a page URL', () => {
  it('is taken apart into what is kept', () => {
    expect(page('https://www.Example.com/pricing?utm_source=google&session=1&gclid=abc#top')).toEqual({
      host: 'example.com',
      hostname: 'example.com',
      pathname: '/pricing',
      query: 'utm_source=google',
      clickId: 'gclid',
    });
  });

  it('shows an IDN in unicode and compares it in ASCII', () => {
    expect(page('https://www.MÜNCHEN.de:443')).toMatchObject({ host: 'xn--mnchen-3ya.de', hostname: 'münchen.de' });
    expect(page('http://localhost:3000/')).toMatchObject({ host: 'localhost:3000', hostname: 'localhost:3000' });
  });

  it.each([
    ['https://example.com', '/'],
    ['https://example.com/x/', '/x/'],
    ['https://example.com/caf%C3%A9', '/café'],
    ['https://example.com/café', '/café'],
    ['https://example.com/a/../b/%2e%2e/c', '/c'],
    ['https://example.com/a%2Fb?c', '/a%2Fb'],
    ['https://example.com/%ff', '/%ff'],
    ['https://example.com/%00x', '/%00x'],
    ['https://example.com/a\0b', '/ab'],
    ['https://example.com//double', '//double'],
    ['https://user:secret@example.com/x', '/x'],
    ['https://example.com/x#y', '/x'],
    [' https://example.com/x ', '/x'],
  ])('%j is the page %j', (u, pathname) => {
    expect(page(u).pathname).toBe(pathname);
  });

  it.each([
    'javascript:alert(1)',
    'ftp://example.com/',
    'data:text/html,x',
    'blob:https://example.com/1',
    '/relative',
    'example.com',
    '',
    'https://',
    'https:example.com',
    'https:///example.com',
    'http://exa mple.com/',
    'http://a..b/',
    'http://example.com:99999/',
    'https://%00/',
  ])('%j is refused as no http or https URL', (u) => {
    expect(parsePageUrl(u)).toEqual({ error: 'must be an http or https URL' });
  });

  it('is refused over 2,048 bytes, never cut', () => {
    const base = 'https://example.com/';
    expect(page(base + 'a'.repeat(2048 - base.length)).pathname).toHaveLength(2048 - base.length + 1);
    expect(parsePageUrl(base + 'a'.repeat(2049 - base.length))).toEqual({ error: 'must be at most 2048 bytes' });
    expect(parsePageUrl(base + 'é'.repeat(1100))).toEqual({ error: 'must be at most 2048 bytes' });
  });
});

describe('the query', () => {
  it('keeps the source keys in their order, and the site’s own not again', () => {
    const u = 'https://example.com/s?z=1&ref=hn&utm_term=t&a=2&utm_source=x&other=3&source=y';
    expect(page(u, { queryKeys: ['z', 'a'] }).query).toBe('utm_source=x&utm_term=t&source=y&ref=hn');
  });

  it('shows the site’s own keys as part of the page', () => {
    const options = { queryKeys: ['q', 'page', 'page'] };
    expect(page('https://example.com/s?q=caf%C3%A9+%26&x=1&page=2', options)).toMatchObject({
      pathname: '/s?page=2&q=café+%26',
      query: null,
    });
    expect(page('https://example.com/s?x=1', options)).toMatchObject({ pathname: '/s', query: null });
  });

  it('shows a listed source key, but no utm', () => {
    const listed = page('https://example.com/?utm_source=x&ref=main', { queryKeys: ['utm_source', 'ref'] });
    expect(listed).toMatchObject({ pathname: '/?ref=main', query: 'utm_source=x&ref=main' });
  });

  it.each([
    ['utm_source=&utm_medium=cpc', 'utm_medium=cpc'],
    ['utm_source=a&utm_source=b', 'utm_source=a'],
    ['utm_source=&utm_source=b', 'utm_source=b'],
    ['utm_source=%00', null],
    ['utm_source=a%00b', 'utm_source=ab'],
    ['utm_source=a%26b%3D', 'utm_source=a%26b%3D'],
    ['UTM_SOURCE=a', null],
    ['utm_source', null],
    ['', null],
  ])('?%s is kept as %j', (query, kept) => {
    expect(page(`https://example.com/?${query}`).query).toBe(kept);
  });

  it('keeps of a click id the name alone, even where the site lists it', () => {
    for (const id of CLICK_IDS) {
      const parsed = page(`https://example.com/?${id}=s3cret`, { queryKeys: [id] });
      expect(parsed).toMatchObject({ pathname: '/', query: null, clickId: id });
    }
    expect(page('https://example.com/?gclid=').clickId).toBeNull();
    expect(page('https://example.com/?fbclid=1&gclid=2').clickId).toBe('gclid');
  });
});

describe('hash routing', () => {
  const spa = (u: string, queryKeys: string[] = []) => page(u, { hashRouting: true, queryKeys });

  it.each([
    ['https://example.com/#/about', '/#/about'],
    ['https://example.com/app#!/a%20b/c', '/app#!/a b/c'],
    ['https://example.com/#section', '/#section'],
    ['https://example.com/#', '/'],
    ['https://example.com/#?utm_source=x', '/'],
    ['https://example.com/#/a?token=s3cret', '/#/a'],
    ['https://example.com/#access_token=s3cret&x=1', '/'],
  ])('%j is the page %j', (u, pathname) => {
    expect(spa(u).pathname).toBe(pathname);
  });

  it('looks the kept keys up in the route’s query too, after the real one', () => {
    expect(spa('https://example.com/?q=1#/a?q=2&utm_source=x', ['q'])).toMatchObject({
      pathname: '/?q=1#/a',
      query: 'utm_source=x',
    });
  });
});

describe('for any URL', () => {
  const options = { queryKeys: ['q', 'ref', '__proto__'], hashRouting: true };
  const piece = fc.oneof(
    anyText({ maxLength: 8 }),
    fc.constantFrom('/', '?', '#', '&', '=', '+', ' ', '\u00a0', '..'),
    fc.constantFrom('%', '%41', '%ff', '%20', 'q=', 'ref=', 'gclid='),
    fc.constantFrom(...SOURCE_KEYS),
  );
  const url = fc.array(piece, { maxLength: 15 }).map((pieces) => `https://www.example.com/${pieces.join('')}`);

  it('what is shown is well-formed, starts with a slash and leads to the same page again', () => {
    fc.assert(
      fc.property(url, (u) => {
        const parsed = page(u, options);
        expect(parsed.pathname).toMatch(/^\//);
        expect(parsed.pathname.isWellFormed()).toBe(true);
        // eslint-disable-next-line no-control-regex
        expect(parsed.pathname + (parsed.query ?? '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(page(`https://${parsed.hostname}${parsed.pathname}`, options).pathname).toBe(parsed.pathname);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing but the kept keys survives', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (u) => {
        expect(page(u).query).toBeNull();
        expect(page(u).pathname).not.toMatch(/[?#]/);
      }),
    );
  });

  it('any text is parsed or refused, without a throw', () => {
    const start = fc.constantFrom('', 'http://', 'https://a/?', 'https://a/#');
    fc.assert(fc.property(start, anyText(), (s, rest) => void parsePageUrl(s + rest, options)));
  });
});
