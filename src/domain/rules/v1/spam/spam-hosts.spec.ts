import fc from 'fast-check';
import { anyText } from '../../../../../test/arbitrary/text.ts';
import { defaultSpamHosts, parseSpamHosts, spamMatcher } from './spam-hosts.ts';

describe('the matcher', () => {
  const isSpam = spamMatcher(['spam.ru', 'xn--bcher-kva.example', 'a.b.co']);

  it.each(['spam.ru', 'SPAM.ru', 'www.spam.ru', 'deep.below.spam.ru', 'spam.ru.', 'b\u00FCcher.example', 'a.b.co'])(
    'takes %s',
    (host) => {
      expect(isSpam(host)).toBe(true);
    },
  );

  it.each(['notspam.ru', 'spam.ru.example.com', 'spam', 'ru', 'b.co', 'xa.b.co', '', '.', 'bucher.example'])(
    'leaves %j',
    (host) => {
      expect(isSpam(host)).toBe(false);
    },
  );

  it('takes punycode for what it spells', () => {
    expect(isSpam('xn--bcher-kva.example')).toBe(true);
    expect(spamMatcher(['b\u00FCcher.example'])('shop.xn--bcher-kva.example')).toBe(true);
  });

  it('takes every host that it was given and every host below, whatever else is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.domain()), anyText(), (hosts, other) => {
        const matches = spamMatcher(hosts);
        for (const host of hosts) {
          expect(matches(host)).toBe(true);
          expect(matches(`x.${host}`)).toBe(true);
        }
        expect(typeof matches(other)).toBe('boolean');
      }),
    );
  });

  it('is not tempted by an empty list, an empty host or a huge one', () => {
    expect(spamMatcher([])('')).toBe(false);
    expect(spamMatcher([''])('example.com')).toBe(false);
    expect(isSpam('a.'.repeat(50_000) + 'spam.ru')).toBe(false);
  });
});

describe('the list that ships', () => {
  it('is the whole one, and reads as an operator\'s file would', () => {
    expect(defaultSpamHosts.length).toBe(2_347);
    expect(parseSpamHosts(defaultSpamHosts.join('\n'))).toEqual(defaultSpamHosts);
  });

  it('knows a few of the old pests and no honest host', () => {
    const isSpam = spamMatcher(defaultSpamHosts);
    expect(['semalt.com', 'free-share-buttons.com', '0-0.fr', 'sub.darodar.com'].map(isSpam)).toEqual([
      true, true, true, true,
    ]);
    expect(['google.com', 'example.com', 't.co', 'github.com', 'wikipedia.org'].some(isSpam)).toBe(false);
  });
});

describe('an operator\'s file', () => {
  it('is a host a line, with comments, blank lines, any line ends', () => {
    const text = '\uFEFF# my own\r\nSpam.ru\r\n\r\n  www.pest.example  # since May\nлайк.рф\nxn--80a.xn--p1ai.\n';
    expect(parseSpamHosts(text)).toEqual(['spam.ru', 'pest.example', 'лайк.рф', 'xn--80a.xn--p1ai']);
  });

  it('loses the lines that are no host', () => {
    expect(parseSpamHosts('http://spam.ru/\nspam\na b.com\n<html>\n.com\n*.x.com\nok.example')).toEqual(['ok.example']);
  });
});
