/** What holds the browser. A `disguised` tablet says that it is a Macintosh, as iPads do. */
export type Form = 'desktop' | 'mobile' | 'tablet' | 'disguised' | 'tv' | 'bot';

/** User agents as browsers send them, weighted by their share of page views (of all that are not bots: about 100). */
export const BROWSERS: readonly (readonly [userAgent: string, form: Form, weight: number])[] = [
  ...chromium('Windows NT 10.0; Win64; x64', '', 'desktop', [
    ['142.0.0.0', 9.5],
    ['141.0.0.0', 5.2],
    ['140.0.0.0', 1.6],
    ['139.0.0.0', 0.7],
    ['138.0.0.0', 0.5],
    ['109.0.0.0', 0.4],
  ]),
  ...chromium('Macintosh; Intel Mac OS X 10_15_7', '', 'desktop', [
    ['142.0.0.0', 3.6],
    ['141.0.0.0', 2.1],
    ['140.0.0.0', 0.6],
    ['138.0.0.0', 0.2],
  ]),
  ...chromium('X11; Linux x86_64', '', 'desktop', [
    ['142.0.0.0', 0.9],
    ['141.0.0.0', 0.5],
    ['140.0.0.0', 0.2],
  ]),
  ...chromium('X11; CrOS x86_64 14541.0.0', '', 'desktop', [
    ['142.0.0.0', 0.5],
    ['141.0.0.0', 0.3],
  ]),
  ...chromium('Windows NT 10.0; Win64; x64', ' Edg/142.0.0.0', 'desktop', [['142.0.0.0', 3.9]]),
  ...chromium('Windows NT 10.0; Win64; x64', ' Edg/141.0.0.0', 'desktop', [['141.0.0.0', 2.0]]),
  ...chromium('Macintosh; Intel Mac OS X 10_15_7', ' Edg/142.0.0.0', 'desktop', [['142.0.0.0', 0.3]]),
  ...chromium('Windows NT 10.0; Win64; x64', ' OPR/124.0.0.0', 'desktop', [['140.0.0.0', 1.0]]),
  ...chromium('Macintosh; Intel Mac OS X 10_15_7', ' OPR/124.0.0.0', 'desktop', [['140.0.0.0', 0.2]]),
  ...chromium('Windows NT 10.0; Win64; x64', ' Vivaldi/7.6.3797.63', 'desktop', [['140.0.0.0', 0.1]]),
  ...chromium('Windows NT 10.0; Win64; x64', ' YaBrowser/25.8.0.0 Safari/537.36', 'desktop', [['138.0.0.0', 0.3]]),
  ...firefox('Windows NT 10.0; Win64; x64', 'desktop', [
    ['145.0', 1.3],
    ['144.0', 1.1],
    ['140.0', 0.6],
  ]),
  ...firefox('Macintosh; Intel Mac OS X 10.15', 'desktop', [
    ['145.0', 0.4],
    ['144.0', 0.3],
  ]),
  ...firefox('X11; Linux x86_64', 'desktop', [
    ['145.0', 0.5],
    ['140.0', 0.4],
  ]),
  ...firefox('X11; Ubuntu; Linux x86_64', 'desktop', [['144.0', 0.3]]),
  ...firefox('Android 15; Mobile', 'mobile', [
    ['145.0', 0.3],
    ['144.0', 0.2],
  ]),
  ...safari('Macintosh; Intel Mac OS X 10_15_7', '605.1.15', 'desktop', '', [
    ['26.1', 2.1],
    ['26.0', 1.4],
    ['18.6', 1.9],
    ['17.6', 0.6],
  ]),
  ...safari('Macintosh; Intel Mac OS X 10_15_7', '605.1.15', 'disguised', '', [
    ['26.1', 0.7],
    ['18.6', 0.5],
  ]),
  ...safari('iPhone; CPU iPhone OS 18_7 like Mac OS X', '604.1', 'mobile', ' Mobile/15E148', [
    ['26.1', 7.5],
    ['26.0', 4.6],
  ]),
  ...safari('iPhone; CPU iPhone OS 18_6 like Mac OS X', '604.1', 'mobile', ' Mobile/15E148', [['18.6', 5.1]]),
  ...safari('iPhone; CPU iPhone OS 18_5 like Mac OS X', '604.1', 'mobile', ' Mobile/15E148', [['18.5', 1.9]]),
  ...safari('iPhone; CPU iPhone OS 17_6_1 like Mac OS X', '604.1', 'mobile', ' Mobile/15E148', [['17.6', 1.2]]),
  ...safari('iPhone; CPU iPhone OS 16_7_11 like Mac OS X', '604.1', 'mobile', ' Mobile/15E148', [['16.6', 0.6]]),
  ...safari('iPad; CPU OS 18_6 like Mac OS X', '604.1', 'tablet', ' Mobile/15E148', [['18.6', 0.4]]),
  ...safari('iPad; CPU OS 16_7_11 like Mac OS X', '604.1', 'tablet', ' Mobile/15E148', [['16.6', 0.2]]),
  ...chromium('Linux; Android 10; K', '', 'mobile', [
    ['142.0.0.0', 12.5],
    ['141.0.0.0', 7.4],
    ['140.0.0.0', 2.6],
    ['138.0.0.0', 1.4],
    ['131.0.0.0', 0.8],
    ['127.0.0.0', 0.5],
  ]),
  ...chromium('Linux; Android 10; K', '', 'tablet', [
    ['142.0.0.0', 0.8],
    ['140.0.0.0', 0.4],
  ]),
  ...chromium('Linux; Android 10; K', ' EdgA/142.0.0.0', 'mobile', [['142.0.0.0', 0.3]]),
  ...chromium('Linux; Android 10; K', ' OPR/92.0.0.0', 'mobile', [['140.0.0.0', 0.4]]),
  samsung('28.0', '130.0.0.0', 1.6),
  samsung('29.0', '136.0.0.0', 1.5),
  inside('iPhone; CPU iPhone OS 18_7 like Mac OS X', 'CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1', 'mobile', 2.1),
  inside('iPhone; CPU iPhone OS 18_6 like Mac OS X', 'GSA/389.0.822614105 Mobile/15E148 Safari/604.1', 'mobile', 0.9),
  inside('iPhone; CPU iPhone OS 18_6 like Mac OS X', 'FxiOS/144.0 Mobile/15E148 Safari/605.1.15', 'mobile', 0.2),
  inside(
    'iPhone; CPU iPhone OS 18_6 like Mac OS X',
    'EdgiOS/141.0.3537.99 Version/18.0 Mobile/15E148 Safari/604.1',
    'mobile',
    0.2,
  ),
  inside(
    'iPhone; CPU iPhone OS 18_6 like Mac OS X',
    'DuckDuckGo/7 Version/18.6 Mobile/15E148 Safari/605.1.15',
    'mobile',
    0.2,
  ),
  inside(
    'iPhone; CPU iPhone OS 18_6_2 like Mac OS X',
    'Mobile/22G100 Instagram 402.0.0.32.61 (iPhone16,2; iOS 18_6_2; en_US; en; scale=3.00; 1290x2796; 803445632)',
    'mobile',
    0.9,
  ),
  [
    'Mozilla/5.0 (Linux; Android 14; SM-A546B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Version/4.0 Chrome/141.0.7390.122 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/532.0.0.55.71;]',
    'mobile',
    0.8,
  ],
  [
    'Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      '94.0.4606.31/7.0 TV Safari/537.36',
    'tv',
    0.15,
  ],
];

/** Programs that fetch pages, and say so. */
export const BOTS: readonly (readonly [userAgent: string, form: Form, weight: number])[] = [
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot', 30],
  ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'bot', 20],
  ['Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)', 'bot', 12],
  ['Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)', 'bot', 8],
  ['Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)', 'bot', 10],
  [
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
    'bot',
    8,
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36',
    'bot',
    8,
  ],
  ['curl/8.14.1', 'bot', 2],
  ['python-requests/2.32.4', 'bot', 2],
];

/** Widths of the viewport in CSS pixels, by what holds the browser. */
export const WIDTHS: Readonly<Record<Form, readonly (readonly [width: number | null, weight: number])[]>> = {
  desktop: [
    [1920, 26],
    [1536, 14],
    [1440, 9],
    [1366, 8],
    [1280, 7],
    [1905, 6],
    [2560, 6],
    [1728, 5],
    [1512, 4],
    [1680, 3],
    [1600, 3],
    [1470, 2],
    [1024, 2],
    [3440, 1],
    [960, 2],
    [720, 1],
    [null, 1],
  ],
  mobile: [
    [390, 20],
    [393, 19],
    [360, 17],
    [412, 13],
    [384, 8],
    [414, 5],
    [375, 6],
    [430, 5],
    [402, 4],
    [440, 2],
    [320, 1],
    [844, 1],
    [null, 1],
  ],
  tablet: [
    [768, 20],
    [810, 25],
    [800, 20],
    [820, 15],
    [834, 8],
    [1024, 4],
    [1280, 4],
    [null, 1],
  ],
  disguised: [
    [820, 35],
    [810, 25],
    [834, 20],
    [768, 20],
  ],
  tv: [
    [1920, 80],
    [1280, 20],
  ],
  bot: [
    [null, 60],
    [1280, 20],
    [800, 20],
  ],
};

type Agent = readonly [userAgent: string, form: Form, weight: number];
type Shares = readonly (readonly [version: string, weight: number])[];

function chromium(platform: string, brand: string, form: Form, shares: Shares): Agent[] {
  const mobile = form === 'mobile' ? 'Mobile ' : '';
  return shares.map(([version, weight]) => {
    const safari = brand.endsWith('Safari/537.36') ? '' : 'Safari/537.36';
    const product = `Chrome/${version} ${mobile}${safari}${brand}`.replace('  ', ' ');
    return [`Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) ${product}`, form, weight];
  });
}

function firefox(platform: string, form: Form, shares: Shares): Agent[] {
  return shares.map(([version, weight]) => {
    const gecko = form === 'mobile' ? version : '20100101';
    return [`Mozilla/5.0 (${platform}; rv:${version}) Gecko/${gecko} Firefox/${version}`, form, weight];
  });
}

function safari(platform: string, build: string, form: Form, mobile: string, shares: Shares): Agent[] {
  return shares.map(([version, weight]) => [
    `Mozilla/5.0 (${platform}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version}${mobile} Safari/${build}`,
    form,
    weight,
  ]);
}

function samsung(version: string, chrome: string, weight: number): Agent {
  return [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      `SamsungBrowser/${version} Chrome/${chrome} Mobile Safari/537.36`,
    'mobile',
    weight,
  ];
}

/** Another browser on Apple's engine. */
function inside(platform: string, product: string, form: Form, weight: number): Agent {
  return [`Mozilla/5.0 (${platform}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${product}`, form, weight];
}
