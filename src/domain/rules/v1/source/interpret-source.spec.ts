import fc from 'fast-check';
import { anyText } from '../../../../../test/arbitrary/text.ts';
import { CHANNELS, type Channel } from './channel.ts';
import { interpretSource, type RawSource } from './interpret-source.ts';

const interpret = (raw: Partial<RawSource>) =>
  interpretSource({ hostname: 'example.com', referrerHost: null, query: null, clickId: null, ...raw });

/** [what, raw, source, channel]; `r` referrer, `q` query, `id` click id, `h` host of the page. */
type Case = [raw: { r?: string; q?: string; id?: string; h?: string }, source: string | null, channel: Channel];

function check(cases: Case[]): void {
  it.each(cases)('%j is %s, %s', ({ r, q, id, h }, source, channel) => {
    const raw = { referrerHost: r ?? null, query: q ?? null, clickId: id ?? null, hostname: h ?? 'example.com' };
    expect(interpret(raw)).toMatchObject({ source, channel });
  });
}

describe('which source is taken', () => {
  check([
    [{ q: 'utm_source=a&source=b&ref=c', r: 'd.com' }, 'a', 'Referral'],
    [{ q: 'ref=c&source=b', r: 'd.com' }, 'b', 'Referral'],
    [{ q: 'ref=c', r: 'd.com' }, 'c', 'Referral'],
    [{ r: 'd.com' }, 'd.com', 'Referral'],
    [{ q: 'utm_source=&source=+&ref=c' }, 'c', 'Referral'],
    [{ q: 'utm_source=(direct)&utm_medium=(none)' }, null, 'Direct'],
    [{ q: 'utm_source=(not+set)', r: 'www.bing.com' }, 'Bing', 'Organic Search'],
    [{ q: 'UTM_Source=Newsweek' }, 'Newsweek', 'Referral'],
    [{ q: 'utm_campaign=summer' }, null, 'Direct'],
    [{ q: 'utm_medium=nonsense' }, null, 'Direct'],
    [{ q: 'id=5' }, null, 'Direct'],
    [{}, null, 'Direct'],
  ]);
});

describe('a referrer that is none', () => {
  check([
    [{ r: 'example.com' }, null, 'Direct'],
    [{ r: 'www.example.com' }, null, 'Direct'],
    [{ r: 'EXAMPLE.com' }, null, 'Direct'],
    [{ r: 'example.com:8443' }, null, 'Direct'],
    [{ r: 'example.com', h: 'www.example.com' }, null, 'Direct'],
    [{ r: 'localhost' }, null, 'Direct'],
    [{ r: 'localhost:3000' }, null, 'Direct'],
    [{ r: '127.0.0.1' }, null, 'Direct'],
    [{ r: '[::1]' }, null, 'Direct'],
    [{ r: '[::1]:8080' }, null, 'Direct'],
    [{ r: '' }, null, 'Direct'],
    [{ r: 'google.com', h: 'google.com' }, null, 'Direct'],
    [{ r: 'blog.example.com' }, 'blog.example.com', 'Referral'],
    [{ r: 'example.com', h: 'shop.example.com' }, 'example.com', 'Referral'],
    [{ r: 'notexample.com' }, 'notexample.com', 'Referral'],
    [{ r: 'localhost.example.org' }, 'localhost.example.org', 'Referral'],
    [{ r: '127.0.0.10' }, '127.0.0.10', 'Referral'],
  ]);
});

describe('known and unknown hosts', () => {
  check([
    [{ r: 'google.com' }, 'Google', 'Organic Search'],
    [{ r: 'www.google.co.uk' }, 'Google', 'Organic Search'],
    [{ r: 'de.search.yahoo.com' }, 'Yahoo!', 'Organic Search'],
    [{ r: 'duckduckgo.com' }, 'DuckDuckGo', 'Organic Search'],
    [{ r: 'yandex.com.tr' }, 'Yandex', 'Organic Search'],
    [{ r: 't.co' }, 'X (Twitter)', 'Organic Social'],
    [{ r: 'l.facebook.com' }, 'Facebook', 'Organic Social'],
    [{ r: 'lm.facebook.com' }, 'Facebook', 'Organic Social'],
    [{ r: 'out.reddit.com' }, 'Reddit', 'Organic Social'],
    [{ r: 'com.reddit.frontpage' }, 'Reddit', 'Organic Social'],
    [{ r: 'news.ycombinator.com' }, 'Hacker News', 'Organic Social'],
    [{ r: 'lnkd.in' }, 'LinkedIn', 'Organic Social'],
    [{ r: 'www.tiktok.com' }, 'TikTok', 'Organic Social'],
    [{ r: 'youtu.be' }, 'YouTube', 'Organic Video'],
    [{ r: 'm.youtube.com' }, 'YouTube', 'Organic Video'],
    [{ r: 'player.vimeo.com' }, 'Vimeo', 'Organic Video'],
    [{ r: 'www.twitch.tv' }, 'Twitch', 'Organic Video'],
    [{ r: 'www.amazon.de' }, 'Amazon', 'Organic Shopping'],
    [{ r: 'etsy.com' }, 'Etsy', 'Organic Shopping'],
    [{ r: 'com.google.android.gm' }, 'Gmail', 'Email'],
    [{ r: 'mail.google.com' }, 'Gmail', 'Email'],
    [{ r: 'outlook.live.com' }, 'Outlook', 'Email'],
    [{ r: 'chatgpt.com' }, 'ChatGPT', 'AI Assistants'],
    [{ r: 'gemini.google.com' }, 'Gemini', 'AI Assistants'],
    [{ r: 'copilot.microsoft.com' }, 'Copilot', 'AI Assistants'],
    [{ r: 'www.perplexity.ai' }, 'Perplexity', 'AI Assistants'],
    [{ r: 'en.m.wikipedia.org' }, 'Wikipedia', 'Referral'],
    [{ r: 'notwikipedia.org' }, 'notwikipedia.org', 'Referral'],
    [{ r: 'word-edit.officeapps.live.com' }, 'word-edit.officeapps.live.com', 'Referral'],
    [{ r: 'docs.google.com' }, 'Google Docs', 'Referral'],
    [{ r: 'developers.google.com' }, 'Google', 'Referral'],
    [{ r: 'bücher.example' }, 'bücher.example', 'Referral'],
    [{ r: 'email.some-tool.com' }, 'email.some-tool.com', 'Email'],
    [{ r: 'themail.com' }, 'themail.com', 'Referral'],
    [{ r: 'email.com' }, 'email.com', 'Referral'],
  ]);
});

describe('tags of campaigns', () => {
  check([
    [{ q: 'utm_source=GOOGLE' }, 'Google', 'Organic Search'],
    [{ q: 'utm_source=google.com' }, 'Google', 'Organic Search'],
    [{ q: 'utm_source=https%3A%2F%2Fwww.google.com%2Fsearch' }, 'Google', 'Organic Search'],
    [{ q: 'utm_source=chatgpt.com' }, 'ChatGPT', 'AI Assistants'],
    [{ q: 'utm_source=openai' }, 'ChatGPT', 'AI Assistants'],
    [{ q: 'ref=ig' }, 'Instagram', 'Organic Social'],
    [{ q: 'ref=fb' }, 'Facebook', 'Organic Social'],
    [{ q: 'ref=yt' }, 'YouTube', 'Organic Video'],
    [{ q: 'ref=tw' }, 'X (Twitter)', 'Organic Social'],
    [{ q: 'ref=twitter' }, 'X (Twitter)', 'Organic Social'],
    [{ q: 'ref=li' }, 'LinkedIn', 'Organic Social'],
    [{ q: 'ref=hn' }, 'Hacker News', 'Organic Social'],
    [{ q: 'source=hacker-news' }, 'Hacker News', 'Organic Social'],
    [{ q: 'ref=producthunt' }, 'Product Hunt', 'Organic Social'],
    [{ q: 'utm_source=igshopping' }, 'Instagram Shopping', 'Organic Shopping'],
    [{ q: 'utm_source=threads' }, 'Threads', 'Organic Social'],
    [{ q: 'utm_source=gads' }, 'Google', 'Paid Search'],
    [{ q: 'utm_source=adwords' }, 'Google', 'Paid Search'],
    [{ q: 'utm_source=bing_ads' }, 'Bing', 'Paid Search'],
    [{ q: 'utm_source=fb-ads' }, 'Facebook', 'Paid Social'],
    [{ q: 'utm_source=Facebook+Ads' }, 'Facebook', 'Paid Social'],
    [{ q: 'utm_source=yt-ads' }, 'YouTube', 'Paid Video'],
    [{ q: 'utm_source=Summer+Mailing' }, 'Summer Mailing', 'Referral'],
    [{ q: 'utm_source=Partner.Example.org' }, 'partner.example.org', 'Referral'],
    [{ q: 'utm_source=free' }, 'free', 'Referral'],
    [{ q: 'utm_source=target' }, 'target', 'Referral'],
    [{ q: 'ref=a%00b' }, 'a b', 'Referral'],
    [{ q: 'ref=%ff%fe' }, '\uFFFD\uFFFD', 'Referral'],
    [{ q: 'ref=%zz' }, '%zz', 'Referral'],
    [{ q: 'utm_source=facebook', r: 'google.com' }, 'Facebook', 'Organic Social'],
  ]);
});

describe('click ids', () => {
  check([
    [{ id: 'gclid' }, 'Google', 'Paid Search'],
    [{ id: 'gbraid' }, 'Google', 'Paid Search'],
    [{ id: 'wbraid' }, 'Google', 'Paid Search'],
    [{ id: 'GCLID' }, 'Google', 'Paid Search'],
    [{ id: 'msclkid' }, 'Bing', 'Paid Search'],
    [{ id: 'fbclid' }, 'Facebook', 'Organic Social'],
    [{ id: 'twclid' }, 'X (Twitter)', 'Paid Social'],
    [{ id: 'ttclid' }, 'TikTok', 'Paid Social'],
    [{ id: 'li_fat_id' }, 'LinkedIn', 'Paid Social'],
    [{ id: 'unknownid' }, null, 'Direct'],
    [{ id: 'gclid', r: 'google.de' }, 'Google', 'Paid Search'],
    [{ id: 'gclid', q: 'utm_source=google&utm_medium=email' }, 'Google', 'Paid Search'],
    [{ id: 'gclid', r: 'images.google.com', q: 'utm_medium=organic' }, 'Google Images', 'Paid Search'],
    [{ id: 'gclid', q: 'utm_source=bing&utm_medium=organic' }, 'Bing', 'Organic Search'],
    [{ id: 'msclkid', q: 'utm_source=bing&utm_medium=organic' }, 'Bing', 'Paid Search'],
    [{ id: 'gclid', q: 'utm_medium=display' }, 'Google', 'Display'],
    [{ id: 'gclid', r: 'youtube.com' }, 'YouTube', 'Paid Video'],
    [{ id: 'gclid', r: 'some-blog.org' }, 'some-blog.org', 'Paid Other'],
    [{ id: 'fbclid', r: 'l.instagram.com' }, 'Instagram', 'Organic Social'],
    [{ id: 'fbclid', r: 'some-blog.org' }, 'some-blog.org', 'Referral'],
    [{ id: 'fbclid', q: 'utm_medium=cpc' }, 'Facebook', 'Paid Social'],
    [{ id: 'gclid', r: 'example.com' }, 'Google', 'Paid Search'],
  ]);
});

describe('the channel, in the order of its rules', () => {
  check([
    [{ q: 'utm_campaign=PMax+Cross-Network&utm_medium=cpm' }, null, 'Cross-network'],
    [{ q: 'utm_source=google&utm_medium=Display' }, 'Google', 'Display'],
    [{ q: 'utm_source=x.org&utm_medium=banner' }, 'x.org', 'Display'],
    [{ q: 'utm_source=s&utm_medium=expandable' }, 's', 'Display'],
    [{ q: 'utm_source=s&utm_medium=interstitial' }, 's', 'Display'],
    [{ q: 'utm_source=facebook&utm_medium=cpm' }, 'Facebook', 'Display'],
    [{ q: 'utm_source=ebay&utm_medium=cpc' }, 'eBay', 'Paid Shopping'],
    [{ q: 'utm_source=google&utm_medium=cpc&utm_campaign=Shopping-DE' }, 'Google', 'Paid Shopping'],
    [{ q: 'utm_source=google&utm_medium=cpc&utm_campaign=spring-shop' }, 'Google', 'Paid Shopping'],
    [{ q: 'utm_source=google&utm_medium=cpc&utm_campaign=workshop' }, 'Google', 'Paid Search'],
    [{ q: 'utm_source=google&utm_medium=CPC' }, 'Google', 'Paid Search'],
    [{ q: 'utm_source=bing&utm_medium=ppc' }, 'Bing', 'Paid Search'],
    [{ q: 'utm_source=ecosia&utm_medium=paidsearch' }, 'Ecosia', 'Paid Search'],
    [{ q: 'utm_source=linkedin&utm_medium=paid-social' }, 'LinkedIn', 'Paid Social'],
    [{ q: 'utm_source=fb&utm_medium=retargeting' }, 'Facebook', 'Paid Social'],
    [{ q: 'utm_medium=cpv', r: 'youtube.com' }, 'YouTube', 'Paid Video'],
    [{ q: 'utm_source=taboola&utm_medium=cpc' }, 'taboola', 'Paid Other'],
    [{ q: 'utm_source=chatgpt&utm_medium=cpc' }, 'ChatGPT', 'Paid Other'],
    [{ q: 'utm_medium=paid' }, null, 'Paid Other'],
    [{ q: 'utm_medium=unpaid&utm_source=s' }, 's', 'Referral'],
    [{ q: 'utm_source=letter&utm_campaign=eshop' }, 'letter', 'Organic Shopping'],
    [{ q: 'utm_source=google-shopping' }, 'Google Shopping', 'Organic Shopping'],
    [{ q: 'utm_source=s&utm_medium=social' }, 's', 'Organic Social'],
    [{ q: 'utm_source=s&utm_medium=social-network' }, 's', 'Organic Social'],
    [{ q: 'utm_source=s&utm_medium=social+media' }, 's', 'Organic Social'],
    [{ q: 'utm_source=s&utm_medium=SM' }, 's', 'Organic Social'],
    [{ q: 'utm_source=s&utm_medium=antisocial' }, 's', 'Referral'],
    [{ q: 'utm_source=facebook&utm_medium=email' }, 'Facebook', 'Organic Social'],
    [{ q: 'utm_source=s&utm_medium=webvideo' }, 's', 'Organic Video'],
    [{ q: 'utm_source=perplexity&utm_medium=organic' }, 'Perplexity', 'AI Assistants'],
    [{ q: 'utm_source=s&utm_medium=organic' }, 's', 'Organic Search'],
    [{ q: 'utm_medium=organic' }, null, 'Organic Search'],
    [{ q: 'utm_source=s&utm_medium=email' }, 's', 'Email'],
    [{ q: 'utm_source=s&utm_medium=E-Mail' }, 's', 'Email'],
    [{ q: 'utm_source=s&utm_medium=e_mail' }, 's', 'Email'],
    [{ q: 'utm_source=s&utm_medium=e+mail' }, 's', 'Email'],
    [{ q: 'utm_source=Newsletter' }, 'Newsletter', 'Email'],
    [{ q: 'utm_source=email-2026' }, 'email-2026', 'Email'],
    [{ q: 'utm_medium=newsletter' }, null, 'Email'],
    [{ q: 'utm_source=gmail' }, 'Gmail', 'Email'],
    [{ q: 'utm_source=s&utm_medium=affiliate' }, 's', 'Affiliates'],
    [{ q: 'utm_source=s&utm_medium=Affiliates' }, 's', 'Affiliates'],
    [{ q: 'utm_source=s&utm_medium=audio' }, 's', 'Audio'],
    [{ q: 'utm_source=s&utm_medium=sms' }, 's', 'SMS'],
    [{ q: 'utm_source=SMS' }, 'SMS', 'SMS'],
    [{ q: 'utm_source=s&utm_medium=web-push' }, 's', 'Mobile Push'],
    [{ q: 'utm_source=s&utm_medium=pushy' }, 's', 'Referral'],
    [{ q: 'utm_source=s&utm_medium=mobile-app' }, 's', 'Mobile Push'],
    [{ q: 'utm_source=s&utm_medium=notifications' }, 's', 'Mobile Push'],
    [{ q: 'utm_source=firebase' }, 'firebase', 'Mobile Push'],
    [{ q: 'utm_medium=referral' }, null, 'Referral'],
    [{ q: 'utm_medium=app' }, null, 'Referral'],
    [{ q: 'utm_medium=link' }, null, 'Referral'],
    [{ q: 'utm_source=s&utm_medium=whatever' }, 's', 'Referral'],
    [{ q: 'utm_source=github' }, 'GitHub', 'Organic Social'],
  ]);

  it('has an example above for every channel', () => {
    const raws: Partial<RawSource>[] = [
      {},
      { referrerHost: 'google.com' },
      { referrerHost: 't.co' },
      { referrerHost: 'youtube.com' },
      { referrerHost: 'etsy.com' },
      { clickId: 'gclid' },
      { clickId: 'ttclid' },
      { query: 'utm_source=yt-ads' },
      { query: 'utm_source=ebay&utm_medium=cpc' },
      { query: 'utm_medium=cpc' },
      { query: 'utm_medium=cpm' },
      { query: 'utm_medium=email' },
      { query: 'utm_medium=affiliate' },
      { referrerHost: 'a.org' },
      { query: 'utm_medium=sms' },
      { query: 'utm_medium=audio' },
      { query: 'utm_medium=push' },
      { query: 'utm_campaign=cross-network' },
      { referrerHost: 'claude.ai' },
    ];
    expect(raws.map((raw) => interpret(raw).channel)).toEqual([...CHANNELS]);
  });
});

describe('utm values', () => {
  it('are shown as the link gave them', () => {
    const query = 'utm_source=GOOGLE&utm_medium=CPC&utm_campaign=+Fr%C3%BChling+26+&utm_term=a%2Bb&utm_content=';
    expect(interpret({ query })).toEqual({
      source: 'Google',
      channel: 'Paid Search',
      utmSource: 'GOOGLE',
      utmMedium: 'CPC',
      utmCampaign: 'Frühling 26',
      utmTerm: 'a+b',
      utmContent: null,
    });
  });

  it('are not invented from a click id', () => {
    expect(interpret({ clickId: 'gclid' })).toMatchObject({ utmSource: null, utmMedium: null });
  });

  it('take the first of two that has a value', () => {
    expect(interpret({ query: 'utm_term=&utm_term=one&utm_term=two' }).utmTerm).toBe('one');
  });

  it('are cut at 500 characters, never inside a pair', () => {
    expect(interpret({ query: `utm_term=${'a'.repeat(501)}` }).utmTerm).toBe('a'.repeat(500));
    expect(interpret({ query: `utm_term=${'a'.repeat(499)}😀` }).utmTerm).toBe('a'.repeat(499));
  });
});

describe('any input', () => {
  const text = fc.oneof(
    anyText({ maxLength: 300 }),
    fc.webUrl(),
    fc.domain(),
    fc.constantFrom('constructor', '__proto__', 'toString', 'com', '.', '..', '.com', 'google.', '{}', '=google.com'),
  );
  const raw = fc.record({
    hostname: text,
    referrerHost: fc.option(text),
    query: fc.option(fc.oneof(text, text.map((value) => `utm_source=${value}&utm_medium=${value}&ref=${value}`))),
    clickId: fc.option(text),
  });

  it('gets a channel, storable texts and the same answer twice', () => {
    fc.assert(
      fc.property(raw, (input) => {
        const answer = interpretSource(input);
        expect(CHANNELS).toContain(answer.channel);
        for (const value of Object.values(answer) as (string | null)[]) {
          if (value === null) continue;
          expect(value.length).toBeGreaterThan(0);
          expect(value.length).toBeLessThanOrEqual(500);
          expect(value.isWellFormed()).toBe(true);
          expect(value).not.toContain('\0');
        }
        expect(interpretSource(input)).toEqual(answer);
      }),
      { numRuns: 1_000 },
    );
  });

  it('may be huge', () => {
    for (const part of ['a.', 'ads', 'utm_source=', '%', 'e-', '1:']) {
      const huge = part.repeat(100_000 / part.length);
      const answer = interpretSource({ hostname: huge, referrerHost: huge, query: `ref=${huge}`, clickId: huge });
      expect(CHANNELS).toContain(answer.channel);
    }
  });
});
