import type { Agent } from '../interpret-agent.ts';

/** User agents of browsers and what they are: [user agent, browser, OS, device]. */
export const BROWSERS: readonly (readonly [string, Agent['browser'], Agent['os'], Agent['device']])[] = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 ' +
      'Safari/537.36',
    'Chrome', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 ' +
      'Safari/537.36',
    'Chrome', 'macOS', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    'Chrome', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 ' +
      'Safari/537.36',
    'Chrome', 'Chrome OS', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile ' +
      'Safari/537.36',
    'Chrome', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 ' +
      'Safari/537.36',
    'Chrome', 'Android', 'tablet',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv) AppleWebKit/537.36 (KHTML, like ' +
      'Gecko) Version/4.0 Chrome/119.0.6045.66 Mobile Safari/537.36',
    'Chrome', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1',
    'Chrome', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/17.5 Mobile/15E148 Safari/604.1',
    'Safari', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 ' +
      'Safari/605.1.15',
    'Safari', 'macOS', 'desktop',
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 ' +
      'Mobile/15E148 Safari/604.1',
    'Safari', 'iOS', 'tablet',
  ],
  [
    'Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/12.1 Mobile/15E148 Safari/604.1',
    'Safari', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0',
    'Firefox', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Firefox', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Firefox', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; Fedora; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Firefox', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; FreeBSD amd64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Firefox', 'FreeBSD', 'desktop',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0',
    'Firefox', 'macOS', 'desktop',
  ],
  [
    'Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0',
    'Firefox', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Android 14; Tablet; rv:133.0) Gecko/133.0 Firefox/133.0',
    'Firefox', 'Android', 'tablet',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'FxiOS/127.0 Mobile/15E148 Safari/605.1.15',
    'Firefox', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'FxiOS/127.0 Safari/605.1.15',
    'Firefox', 'iOS', 'tablet',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 ' +
      'Safari/537.36 Edg/131.0.0.0',
    'Edge', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; HD1913) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.81 ' +
      'Mobile Safari/537.36 EdgA/131.0.2903.48',
    'Edge', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/17.0 EdgiOS/131.2903.49 Mobile/15E148 Safari/605.1.15',
    'Edge', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 ' +
      'Safari/537.36 Edge/18.17763',
    'Edge', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 ' +
      'Safari/537.36 OPR/115.0.0.0',
    'Opera', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; VOG-L29) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.6723.102 ' +
      'Mobile Safari/537.36 OPR/76.2.4027.73374',
    'Opera', 'Android', 'mobile',
  ],
  [
    'Opera/9.80 (Android; Opera Mini/36.2.2254/191.256; U; en) Presto/2.12.423 Version/12.16',
    'Opera', 'Android', 'mobile',
  ],
  [
    'Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18',
    'Opera', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/16.5 Mobile/15E148 Safari/604.1 OPT/4.3.1',
    'Opera', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36',
    'Samsung Internet', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-X900) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'SamsungBrowser/23.0 Chrome/115.0.0.0 Safari/537.36',
    'Samsung Internet', 'Android', 'tablet',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Brave ' +
      'Chrome/83.0.4103.116 Safari/537.36',
    'Brave', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/16.0 Brave/1.46 Mobile/15E148 Safari/604.1',
    'Brave', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 ' +
      'Vivaldi/6.5.3206.39',
    'Vivaldi', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 ' +
      'YaBrowser/24.4.0.0 Safari/537.36',
    'Yandex Browser', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; U; Android 12; en-US; RMX3268) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Chrome/100.0.4896.58 UCBrowser/13.7.0.1321 Mobile Safari/537.36',
    'UC Browser', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; U; Android 13; zh-cn; 2211133C Build/TKQ1) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Version/4.0 Chrome/109.0.5414.118 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.2.70907',
    'Mi Browser', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 12; HarmonyOS; ELS-AN00) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36',
    'Huawei Browser', 'HarmonyOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 ' +
      'Safari/605.1.15 Ddg/17.4',
    'DuckDuckGo', 'macOS', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Chrome/114.0.5735.196 Mobile DuckDuckGo/5 Safari/537.36',
    'DuckDuckGo', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Safari/605.1.15 ' +
      'Epiphany/605.1.15',
    'GNOME Web', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko',
    'Internet Explorer', 'Windows', 'desktop',
  ],
  [
    'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)',
    'Internet Explorer', 'Windows', 'desktop',
  ],
];
