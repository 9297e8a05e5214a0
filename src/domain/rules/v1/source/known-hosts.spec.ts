import { ANDROID_APPS } from './hosts/android-apps.ts';
import { NAMES } from './hosts/names.ts';
import { sourceOfHost, sourceOfTag, TABLES } from './known-hosts.ts';

const patterns = TABLES.flatMap(([category, table]) =>
  Object.entries(table).flatMap(([name, hosts]) =>
    hosts
      .split(' ')
      .filter((pattern) => pattern !== '')
      .map((pattern) => ({ category, name, pattern })),
  ),
);

describe('the tables', () => {
  it('hold hosts by the hundred', () => {
    expect(patterns.length).toBeGreaterThan(1_000);
  });

  it('are written in small letters, each pattern a host', () => {
    const wrong = patterns.filter(({ pattern }) => !/^=?[a-z0-9-]+(\.[a-z0-9-]+)*\.([a-z0-9-]+|\{\})$/.test(pattern));
    expect(wrong).toEqual([]);
  });

  it('give no host to two sources', () => {
    const seen = new Map<string, string>();
    const twice = patterns.filter(({ pattern, name }) => {
      const before = seen.get(pattern);
      seen.set(pattern, name);
      return before !== undefined;
    });
    expect(twice).toEqual([]);
  });

  it('find every host under its own name and category', () => {
    const missed = patterns.filter(({ category, name, pattern }) => {
      const host = pattern.replace('=', '').replace('{}', 'com.br');
      const found = sourceOfHost(host);
      const rival = patterns.some((other) => other.pattern === `=${host}` || other.pattern === `=${pattern}`);
      return !rival && (found?.name !== (name || host) || found.category !== category);
    });
    expect(missed).toEqual([]);
  });

  it('find every Android package and every tag', () => {
    for (const [name, packages] of Object.entries(ANDROID_APPS)) {
      for (const id of packages.split(' ')) expect([id, sourceOfHost(id)?.name]).toEqual([id, name]);
    }
    for (const [name, tags] of Object.entries(NAMES)) {
      for (const tag of tags.split(' ').filter(Boolean)) {
        expect([tag, sourceOfTag(tag)?.source.name]).toEqual([tag, name]);
      }
    }
  });
});

describe('a host', () => {
  it.each([
    ['google.com', 'Google', 'search'],
    ['google.de', 'Google', 'search'],
    ['google.co.jp', 'Google', 'search'],
    ['google.com.hk', 'Google', 'search'],
    ['m.google.fr', 'Google', 'search'],
    ['news.google.co.uk', 'Google News', 'search'],
    ['shopping.google.de', 'Google Shopping', 'shopping'],
    ['cloud.google.com', 'Google', null],
    ['aws.amazon.com', 'AWS', null],
    ['smile.amazon.com', 'Amazon', 'shopping'],
    ['edgeservices.bing.com', 'Copilot', 'ai'],
    ['cn.bing.com', 'Bing', 'search'],
    ['search.yahoo.com', 'Yahoo!', 'search'],
    ['uk.search.yahoo.com', 'Yahoo!', 'search'],
    ['mail.yahoo.com', 'Yahoo! Mail', 'email'],
    ['finance.yahoo.com', 'Yahoo!', null],
    ['yandex.ru', 'Yandex', 'search'],
    ['mail.yandex.ru', 'Yandex Mail', 'email'],
    ['fr.pinterest.com', 'Pinterest', 'social'],
    ['pinterest.co.uk', 'Pinterest', 'social'],
    ['somebody.tumblr.com', 'Tumblr', 'social'],
    ['yiyan.baidu.com', 'Baidu AI', 'ai'],
    ['chat.deepseek.com', 'DeepSeek', 'ai'],
    ['lumo.proton.me', 'Lumo', 'ai'],
    ['bit.ly', 'bit.ly', 'social'],
  ])('%s is %s, %s', (host, name, category) => {
    expect(sourceOfHost(host)).toEqual({ name, category });
  });

  it.each([
    'notgoogle.com',
    'google.com.evil.example',
    'google.evil.example',
    'google.dev.example.org',
    'mygoogle.de',
    'google',
    'com',
    'co.uk',
    'facebook.com.login.example',
    'notwikipedia.org',
    'office.live.com',
    'excel.officeapps.live.com',
    'login.live.com',
    'somebody.wordpress.com',
    'somebody.blogspot.com',
    'com.reddit.frontpage.evil.example',
    'evil.com.reddit.frontpage',
    '',
    '.',
  ])('%s is nobody that we know', (host) => {
    expect(sourceOfHost(host)).toBeNull();
  });
});

describe('a tag', () => {
  it.each([
    ['Hacker_News', 'Hacker News', false],
    ['yahoo', 'Yahoo!', false],
    ['X', 'X (Twitter)', false],
    ['stack-overflow', 'Stack Overflow', false],
    ['tiktok-ads', 'TikTok', true],
    ['LinkedInAds', 'LinkedIn', true],
    ['reddit_ad', 'Reddit', true],
    ['google-ads', 'Google', true],
    ['threads', 'Threads', false],
  ])('%s is %s, paid: %s', (tag, name, paid) => {
    const found = sourceOfTag(tag);
    expect([found?.source.name, found?.paid]).toEqual([name, paid]);
  });

  it.each(['free', 'inbox', 'crawler', 'wish', 'shop', 'ads', 'leads', 'homepage', '', '!!', 'constructor'])(
    '%j is a word',
    (tag) => {
      expect(sourceOfTag(tag)).toBeNull();
    },
  );
});
