import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { cleanReferrer, referrerHost } from './referrer.ts';

describe('cleanReferrer', () => {
  it.each([
    ['https://news.example.org/post', 'https://news.example.org/post'],
    ['https://news.example.org/post/', 'https://news.example.org/post'],
    ['https://news.example.org/post///', 'https://news.example.org/post'],
    ['https://google.com', 'https://google.com'],
    ['https://WWW.Google.com/', 'https://google.com'],
    ['http://example.com:80/a', 'http://example.com/a'],
    ['https://example.com:8443/a', 'https://example.com:8443/a'],
    ['https://user:secret@example.com/a?token=1#x', 'https://example.com/a'],
    ['https://münchen.de/straße', 'https://xn--mnchen-3ya.de/stra%C3%9Fe'],
    ['https://de.wikipedia.org/wiki/%C3%84', 'https://de.wikipedia.org/wiki/%C3%84'],
    ['android-app://com.Reddit.frontpage/', 'android-app://com.reddit.frontpage'],
    ['android-app://com.google.android.gm?x#y', 'android-app://com.google.android.gm'],
    ['android-app://u:p@com.slack/https/slack.com/', 'android-app://com.slack/https/slack.com'],
    [' https://a.example/x ', 'https://a.example/x'],
    ['https://a.example/\0x', 'https://a.example/x'],
  ])('keeps of %j: %j', (r, kept) => {
    expect(cleanReferrer(r)).toBe(kept);
  });

  it.each([
    '',
    'google.com',
    'javascript:alert(1)',
    'about:blank',
    'ftp://example.com/x',
    'ios-app://123',
    'https://',
    'https:google.com',
    'https:///google.com',
    'https://a..b/',
    'android-app://',
    'android-app:///x',
    'android-app://com reddit',
    'android-app://com..reddit',
    'android-app://[::1]/',
    'null',
  ])('%j is no referrer', (r) => {
    expect(cleanReferrer(r)).toBeNull();
  });

  it('of null is null', () => {
    expect(cleanReferrer(null)).toBeNull();
  });

  it('over 2,048 bytes is scheme and host alone', () => {
    expect(cleanReferrer(`https://a.example/${'x'.repeat(2030)}`)).toHaveLength(2048);
    expect(cleanReferrer(`https://a.example/${'x'.repeat(2031)}`)).toBe('https://a.example');
    expect(cleanReferrer(`https://a.example/x?${'x'.repeat(3000)}`)).toBe('https://a.example');
    // Short as sent, but three times as long once encoded.
    expect(cleanReferrer(`https://a.example/${'é'.repeat(900)}`)).toBe('https://a.example');
  });

  it('is idempotent and keeps no secrets, whatever comes', () => {
    const scheme = fc.constantFrom('', 'http://', 'https://', 'https://a.b/', 'android-app://', 'HTTPS://u:p@b.c/');
    fc.assert(
      fc.property(scheme, fc.oneof(anyText(), fc.webUrl()), (prefix, rest) => {
        const kept = cleanReferrer(prefix + rest);
        if (kept === null) return;
        expect(kept).toMatch(/^(?:https?|android-app):\/\/[a-z0-9._:[\]-]+(?:\/[^?#]*[^?#/])?$/);
        expect(cleanReferrer(kept)).toBe(kept);
      }),
      { numRuns: 500 },
    );
  });
});

describe('referrerHost', () => {
  it.each([
    ['https://news.example.org/post', 'news.example.org'],
    ['https://example.com:8443', 'example.com:8443'],
    ['android-app://com.reddit.frontpage', 'com.reddit.frontpage'],
    ['', ''],
  ])('of %j is %j', (cleaned, host) => {
    expect(referrerHost(cleaned)).toBe(host);
  });
});
