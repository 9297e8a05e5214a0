import type { Agent } from '../interpret-agent.ts';

/**
 * Pages inside apps, televisions, consoles, oddities: [user agent, browser, OS, device]. Among them the two whose odd
 * versions lists of bots have stumbled over, `Chrome/110.0.0.0.0` and `Chrome/115.0.5765.05`.
 */
export const APPS_AND_DEVICES: readonly (readonly [string, Agent['browser'], Agent['os'], Agent['device']])[] = [
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 ' +
      '[FBAN/FBIOS;FBAV/466.0.0.35.103;FBBV/603862;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBID/p' +
      'hone;FBLC/en_US;FBOP/5]',
    'Facebook', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; SM-A546B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like ' +
      'Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/467.0.0.53.82;]',
    'Facebook', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 Instagram 337.0.2.24.92 (iPhone14,5; iOS 17_5; en_US; en; scale=3.00; 1170x2532; ' +
      '614064327)',
    'Instagram', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; SM-G991B Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Version/4.0 Chrome/125.0.6422.113 Mobile Safari/537.36 Instagram 334.0.0.42.95 Android (33/13; 480dpi; ' +
      '1080x2176; samsung; SM-G991B; o1s; exynos2100; de_DE; 607990119)',
    'Instagram', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 musical_ly_34.3.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en Region/US',
    'TikTok', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 12; M2007J20CG Build/SKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Version/4.0 Chrome/118.0.0.0 Mobile Safari/537.36 trill_320403 BytedanceWebview/d8a21c6',
    'TikTok', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 [LinkedInApp]/9.29.6184',
    'LinkedIn', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 [Pinterest/iOS]',
    'Pinterest', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/21E219 Twitter for iPhone/10.43',
    'X (Twitter)', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 Snapchat/12.81.0.41 (like Safari/8617.2.4.10.8, panda)',
    'Snapchat', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 MicroMessenger/8.0.48(0x18003030) NetType/WIFI Language/zh_CN',
    'WeChat', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; SM-A336B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Chrome/124.0.0.0 Mobile Safari/537.36 KAKAOTALK/10.7.5',
    'KakaoTalk', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 Safari Line/14.5.0',
    'LINE', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'GSA/317.0.634488990 Mobile/15E148 Safari/604.1',
    'Google App', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Whale/3.25.232.19 ' +
      'Chrome/124.0.0.0 Safari/537.36',
    'Whale', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/120.4.1 like ' +
      'Chrome/120.0.6099.230 Safari/537.36',
    'Amazon Silk', 'Android', 'tablet',
  ],
  [
    'Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7633) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Chrome/108.0.5359.220 Mobile Safari/537.36',
    'Chrome', 'Android', 'tv',
  ],
  [
    'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV ' +
      'Safari/537.36',
    'Tizen Browser', 'Tizen', 'tv',
  ],
  [
    'Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/2.2 ' +
      'Chrome/63.0.3239.84 TV Safari/537.36',
    'Samsung Internet', 'Tizen', 'tv',
  ],
  [
    'Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 ' +
      'Safari/537.36 WebAppManager',
    'webOS Browser', 'webOS', 'tv',
  ],
  [
    'Mozilla/5.0 (Linux; Android 12; BRAVIA 4K VH21 Build/STT2) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/114.0.0.0 Safari/537.36',
    'Chrome', 'Android', 'tv',
  ],
  [
    'Mozilla/5.0 (Linux; Android 9.0; Build/PPR1; AndroidTV) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/99.0.0.0 Safari/537.36 CrKey/1.54.250320',
    'Chrome', 'Android', 'tv',
  ],
  [
    'Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 ' +
      'Safari/605.1.15',
    'PlayStation', 'PlayStation', 'tv',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0',
    'Edge', 'Xbox', 'tv',
  ],
  [
    'Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/609.4 (KHTML, like Gecko) NF/6.0.2.21.3 ' +
      'NintendoBrowser/5.1.0.22474',
    'Nintendo', 'Nintendo', 'tv',
  ],
  [
    'Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like ' +
      'Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063',
    'Edge', 'Windows Phone', 'mobile',
  ],
  [
    'Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5',
    'Firefox', 'KaiOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Ubuntu Chromium/114.0.5735.198 ' +
      'Chrome/114.0.5735.198 Safari/537.36',
    'Chromium', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Goanna/6.0 Firefox/102.0 PaleMoon/32.1.0',
    'Pale Moon', 'Linux', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 4.4.2; Nexus 7 Build/KOT49H) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/33.0.1750.166 Safari/537.36',
    'Chrome', 'Android', 'tablet',
  ],
  [
    'Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; GT-I9100 Build/IML74K) AppleWebKit/534.30 (KHTML, like ' +
      'Gecko) Version/4.0 Mobile Safari/534.30',
    'Android Browser', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (BB10; Touch) AppleWebKit/537.35+ (KHTML, like Gecko) Version/10.3.3.3216 Mobile ' +
      'Safari/537.35+',
    'BlackBerry Browser', 'BlackBerry', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 8.1; CUBOT_X18_Plus) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Chrome/96.0.4664.45 Mobile Safari/537.36',
    'Chrome', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0.0 ' +
      'Safari/537.36',
    'Chrome', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.5765.05 ' +
      'Safari/537.36',
    'Chrome', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) QtWebEngine/6.5.2 ' +
      'Chrome/108.0.5359.220 Safari/537.36',
    'QtWebEngine', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; Ford Focus Tab) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 ' +
      'Safari/537.36',
    'Chrome', 'Android', 'tablet',
  ],
  [
    'Mozilla/5.0 (Linux; Android 11; M2003J15SC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Focus/8.0.16 Chrome/90.0.4430.91 Mobile Safari/537.36',
    'Firefox Focus', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.36.140 ' +
      'Chrome/120.0.6099.276 Electron/28.2.3 Safari/537.36',
    'Electron', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    'Safari', 'iOS', 'tablet',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/17.5 Mobile/15E148 Safari/604.1 Ddg/17.5',
    'DuckDuckGo', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) ' +
      'Version/4.0 Chrome/124.0.6367.82 Mobile Safari/537.36 Barcelona 329.0.0.36.109 Android',
    'Threads', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; U; Android 13; en; 22101316G) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Chrome/123.0 Mobile Safari/537.36 PHX/16.0',
    'Chrome', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 ' +
      'Safari/537.36 Avast/120.0.0.0',
    'Avast Secure Browser', 'Windows', 'desktop',
  ],
  [
    'Mozilla/5.0 (Linux; Android 13; en; TECNO KI7) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 ' +
      'Chrome/120 HiBrowser/v2.8 UWS/1.1 Mobile Safari/537.36',
    'Chrome', 'Android', 'mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Mobile/15E148 Reddit/Version 2024.20/Build 614973/iOS Version 17.0',
    'Reddit', 'iOS', 'mobile',
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K; Google Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124 ' +
      'Mobile Safari/537.36',
    'Chrome', 'Android', 'mobile',
  ],
];
