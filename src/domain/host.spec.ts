import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { canonicalHost, displayHost, hostOfOrigin, validateDomain } from './host.ts';

describe('canonicalHost', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['example.com.', 'example.com'],
    ['www.example.com', 'example.com'],
    ['WWW.example.com.:443', 'example.com'],
    ['www.www.example.com', 'example.com'],
    ['www.com', 'www.com'],
    ['www.localhost', 'www.localhost'],
    ['www2.example.com', 'www2.example.com'],
    ['docs.www.example.com', 'docs.www.example.com'],
    ['example.com:80', 'example.com'],
    ['example.com:443', 'example.com'],
    ['example.com:8080', 'example.com:8080'],
    ['example.com:', 'example.com'],
    ['münchen.de', 'xn--mnchen-3ya.de'],
    ['MÜNCHEN.de', 'xn--mnchen-3ya.de'],
    ['mu\u0308nchen.de', 'xn--mnchen-3ya.de'],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['例え。jp', 'xn--r8jz45g.jp'],
    ['localhost', 'localhost'],
    ['localhost:3000', 'localhost:3000'],
    ['my_host.local', 'my_host.local'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:8080', '[::1]:8080'],
    ['[2001:DB8:0:0::1]', '[2001:db8::1]'],
  ])('writes %j as %j', (raw, canonical) => {
    expect(canonicalHost(raw)).toBe(canonical);
  });

  it.each([
    '',
    '.',
    '.example.com',
    'a..b',
    'example.com..',
    'example.com:99999',
    'example.com:abc',
    '::1',
    'exam ple.com',
    'exa\tmple.com',
    'example.com/path',
    'example.com\\path',
    'user@example.com',
    'example.com?x',
    'example.com#x',
    'ex%61mple.com',
    'a.com,b.com',
    'a*b.com',
    '999.1.1.1',
    'a'.repeat(64) + '.com',
    'a.'.repeat(127) + 'com',
    'a'.repeat(5000),
  ])('sees no host in %j', (raw) => {
    expect(canonicalHost(raw)).toBeNull();
  });

  it('is idempotent, lower-case ASCII and never throws, for any text', () => {
    const label = fc.oneof(fc.constantFrom('www', 'com', 'xn--', 'xn--a', 'ü', 'İ', 'ß', '1', '０'), fc.string());
    const hostLike = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(fc.oneof(hostLike, anyText()), (raw) => {
        const canonical = canonicalHost(raw);
        if (canonical === null) return;
        expect(canonical).toMatch(/^[a-z0-9._:[\]-]+$/);
        expect(canonicalHost(canonical)).toBe(canonical);
      }),
    );
  });
});

describe('displayHost', () => {
  it.each([
    ['xn--mnchen-3ya.de', 'münchen.de'],
    ['xn--mnchen-3ya.de:8080', 'münchen.de:8080'],
    ['example.com', 'example.com'],
    ['xn--a', 'xn--a'],
    ['[2001:db8::1]:8080', '[2001:db8::1]:8080'],
  ])('shows %j as %j', (ascii, shown) => {
    expect(displayHost(ascii)).toBe(shown);
  });

  it('shows a host that leads back to the same canonical host', () => {
    const label = fc.string({ unit: fc.constantFrom(...'abcäöüßéñжя例え中한0-'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
        const canonical = canonicalHost(labels.join('.'));
        fc.pre(canonical !== null);
        expect(canonicalHost(displayHost(canonical))).toBe(canonical);
      }),
    );
  });
});

describe('hostOfOrigin', () => {
  it.each([
    ['https://example.com', 'example.com'],
    ['http://www.Example.com:80', 'example.com'],
    ['HTTPS://example.com:8443', 'example.com:8443'],
    ['https://[::1]:3000', '[::1]:3000'],
  ])('takes %j for %j', (origin, host) => {
    expect(hostOfOrigin(origin)).toBe(host);
  });

  it.each([
    'null',
    '',
    'example.com',
    'https://',
    'https://a.com, https://b.com',
    'https://a.com https://b.com',
    'https://example.com/',
    'https://user@example.com',
    'ftp://example.com',
    'chrome-extension://abcdef',
    'file://',
    ' https://example.com',
    'https://example.com\n',
  ])('refuses %j', (origin) => {
    expect(hostOfOrigin(origin)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(anyText(), (s) => void hostOfOrigin(`https://${s}`)));
  });
});

describe('validateDomain', () => {
  it.each([
    ['example.com', 'example.com'],
    [' Example.COM. ', 'example.com'],
    ['www.example.com', 'example.com'],
    ['münchen.de', 'xn--mnchen-3ya.de'],
    ['https://www.example.com/pricing?x=1#y', 'example.com'],
    ['HTTP://user:secret@example.com:8080', 'example.com:8080'],
    ['localhost:3000', 'localhost:3000'],
    ['192.168.1.10', '192.168.1.10'],
    ['::1', '[::1]'],
    ['[::1]:8080', '[::1]:8080'],
  ])('takes %j as %j', (input, domain) => {
    expect(validateDomain(input)).toEqual({ ok: true, domain });
  });

  it.each([
    ['', 'must not be empty'],
    ['  ', 'must not be empty'],
    ['example.com/blog', 'must be a host name such as example.com'],
    ['ftp://example.com', 'must be a host name such as example.com'],
    ['https://', 'must be a host name such as example.com'],
    ['https:///example.com', 'must be a host name such as example.com'],
    ['not a host', 'must be a host name such as example.com'],
    ['fe80::1%eth0', 'must be a host name such as example.com'],
    [`${'a.'.repeat(140)}com`, 'must be at most 253 characters'],
  ])('refuses %j: %s', (input, reason) => {
    expect(validateDomain(input)).toEqual({ ok: false, reason });
  });

  it('answers a domain that it would take again unchanged, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.domain(), fc.webUrl()), (input) => {
        const result = validateDomain(input);
        if (result.ok) expect(validateDomain(result.domain)).toEqual(result);
        else expect(result.reason).not.toBe('');
      }),
    );
  });
});
