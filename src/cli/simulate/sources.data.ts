/** Typed in, a bookmark, or an app that tells nothing. */
export const DIRECT_WEIGHT = 34;

/** Weights are per cent of all visits, roughly. */
export const REFERRERS: readonly (readonly [referrer: string, weight: number])[] = [
  // Search
  ['https://www.google.com/', 19],
  ['https://www.google.de/', 1.6],
  ['https://www.google.co.uk/', 1],
  ['https://www.google.co.in/', 0.8],
  ['android-app://com.google.android.googlequicksearchbox/', 0.8],
  ['https://www.bing.com/', 3.2],
  ['https://duckduckgo.com/', 1.7],
  ['https://search.yahoo.com/', 0.7],
  ['https://www.ecosia.org/', 0.5],
  ['https://search.brave.com/', 0.4],
  ['https://yandex.ru/', 0.3],
  ['https://www.baidu.com/', 0.2],
  ['https://www.qwant.com/', 0.1],
  ['https://www.startpage.com/', 0.1],
  // Social
  ['https://t.co/', 1.5],
  ['https://www.facebook.com/', 0.9],
  ['https://m.facebook.com/', 0.8],
  ['https://l.facebook.com/', 0.5],
  ['https://www.linkedin.com/', 1.2],
  ['android-app://com.linkedin.android/', 0.3],
  ['https://www.reddit.com/', 1.3],
  ['https://old.reddit.com/', 0.2],
  ['https://out.reddit.com/', 0.2],
  ['https://l.instagram.com/', 0.7],
  ['https://www.youtube.com/', 0.9],
  ['https://bsky.app/', 0.3],
  ['https://mastodon.social/', 0.2],
  ['https://www.pinterest.com/', 0.3],
  ['https://www.tiktok.com/', 0.2],
  ['https://www.threads.net/', 0.1],
  // AI assistants
  ['https://chatgpt.com/', 1.6],
  ['https://www.perplexity.ai/', 0.5],
  ['https://gemini.google.com/', 0.3],
  ['https://claude.ai/', 0.4],
  ['https://copilot.microsoft.com/', 0.2],
  // News, communities, code
  ['https://news.ycombinator.com/', 1.2],
  ['https://lobste.rs/', 0.2],
  ['https://github.com/', 1.4],
  ['https://stackoverflow.com/', 0.4],
  ['https://dev.to/', 0.2],
  ['https://medium.com/', 0.3],
  ['https://en.wikipedia.org/', 0.4],
  ['https://de.wikipedia.org/', 0.1],
  ['https://www.producthunt.com/', 0.3],
  ['https://www.theverge.com/', 0.1],
  ['https://www.heise.de/', 0.2],
  // Mail read in a browser
  ['https://mail.google.com/', 0.3],
  ['android-app://com.google.android.gm/', 0.2],
  ['https://outlook.live.com/', 0.2],
];

/** All the smaller ones together; see `blogs`. */
export const BLOGS_WEIGHT = 6;

/** About an eighth of the visits, together with the referrers that belong to them. */
export const CAMPAIGNS: readonly (readonly [referrer: string | null, query: string, weight: number])[] = [
  [null, 'utm_source=newsletter&utm_medium=email&utm_campaign=weekly-41', 1.2],
  [null, 'utm_source=newsletter&utm_medium=email&utm_campaign=weekly-42', 1.2],
  ['https://mail.google.com/', 'utm_source=newsletter&utm_medium=email&utm_campaign=onboarding&utm_content=day-3', 0.5],
  ['https://www.google.com/', 'utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_term=antics&gclid=x', 1.6],
  ['https://www.google.com/', 'utm_source=google&utm_medium=cpc&utm_campaign=rivals&utm_term=web+stats&gclid=x', 1],
  ['https://www.google.com/', 'gclid=x', 0.8],
  ['https://www.google.com/', 'utm_source=google&utm_medium=cpc&utm_campaign=shopping-autumn&gbraid=x', 0.4],
  ['https://www.bing.com/', 'utm_source=bing&utm_medium=cpc&utm_campaign=brand&msclkid=x', 0.5],
  ['https://www.bing.com/', 'msclkid=x', 0.2],
  [
    'https://l.facebook.com/',
    'utm_source=facebook&utm_medium=paid_social&utm_campaign=autumn-sale&utm_content=video&fbclid=x',
    0.8,
  ],
  [
    'https://l.instagram.com/',
    'utm_source=ig&utm_medium=social&utm_campaign=launch&utm_content=link_in_bio&fbclid=x',
    0.4,
  ],
  ['https://m.facebook.com/', 'fbclid=x', 0.6],
  ['https://www.linkedin.com/', 'utm_source=linkedin&utm_medium=social&utm_campaign=hiring', 0.3],
  ['https://www.linkedin.com/', 'utm_source=linkedin&utm_medium=cpc&utm_campaign=b2b&li_fat_id=x', 0.3],
  ['https://t.co/', 'utm_source=twitter&utm_medium=social&utm_campaign=launch', 0.4],
  ['https://t.co/', 'twclid=x', 0.1],
  ['https://www.tiktok.com/', 'utm_source=tiktok&utm_medium=paid_video&utm_campaign=creators&ttclid=x', 0.2],
  ['https://www.youtube.com/', 'utm_source=youtube&utm_medium=video&utm_campaign=tutorials', 0.3],
  ['https://chatgpt.com/', 'utm_source=chatgpt.com', 0.7],
  [null, 'utm_source=partner&utm_medium=affiliate&utm_campaign=coupon-10', 0.3],
  [null, 'utm_source=podcast&utm_medium=audio&utm_campaign=season-2', 0.1],
  [null, 'utm_source=firebase&utm_medium=push&utm_campaign=cart', 0.1],
  [null, 'utm_source=twilio&utm_medium=sms&utm_campaign=reminder', 0.1],
  ['https://www.producthunt.com/', 'ref=producthunt', 0.3],
  ['https://news.example.org/', 'utm_source=adnetwork&utm_medium=display&utm_campaign=retargeting-q4', 0.3],
];

/** Hosts that send nobody and want to be looked at. */
export const SPAM: readonly string[] = [
  'https://semalt.com/',
  'https://buttons-for-website.com/',
  'https://darodar.com/',
  'https://free-share-buttons.com/',
  'https://best-seo-offer.com/',
];
