import Bowser from 'bowser';

/**
 * Browsers that call themselves something else as well, and apps that show pages inside: looked for first, in this
 * order. An app counts as itself, not as the engine it borrows: "Instagram" is what an owner wants to read.
 */
const FIRST: readonly (readonly [RegExp, string])[] = [
  [/\bInstagram\b/, 'Instagram'],
  [/\bBarcelona \d/, 'Threads'],
  [/\bFBAN\/Messenger|Orca-Android/, 'Messenger'],
  [/\bFB(?:AN|AV|_IAB|IOS|SS)\b/, 'Facebook'],
  [/musical_ly|BytedanceWebview|\btrill_|TikTok/i, 'TikTok'],
  [/\bLinkedInApp\b/, 'LinkedIn'],
  [/\bPinterest(?:\/| for )/, 'Pinterest'],
  [/\bSnapchat\b/, 'Snapchat'],
  [/\bTwitter for (?:iPhone|iPad|Android)|TwitterAndroid/, 'X (Twitter)'],
  [/\bReddit\/(?:Version|\d)/, 'Reddit'],
  [/MicroMessenger/i, 'WeChat'],
  [/\bKAKAOTALK\b/i, 'KakaoTalk'],
  [/\bLine\/\d/, 'LINE'],
  [/NAVER\(inapp/, 'Naver'],
  [/\bDdg\/|\bDuckDuckGo\//, 'DuckDuckGo'],
  [/\bBrave\b/, 'Brave'],
  [/\bOPRGX\/|\bOPX\/|\bOPT\/|Opera Mini|OPiOS/, 'Opera'],
  [/\bYaBrowser|YaSearchBrowser|YaApp_/, 'Yandex Browser'],
  [/HuaweiBrowser/, 'Huawei Browser'],
  [/MiuiBrowser/i, 'Mi Browser'],
  [/\bUCBrowser|UBrowser\//, 'UC Browser'],
  [/\bEcosia\b/, 'Ecosia'],
  [/\bAvast\/|AvastSecureBrowser/, 'Avast Secure Browser'],
  [/\bAVG\/\d/, 'AVG Secure Browser'],
  [/coc_coc_browser/, 'Cốc Cốc'],
  [/\bGSA\//, 'Google App'],
  [/\b(?:Focus|Klar)\/\d/, 'Firefox Focus'],
  [/Waterfox/, 'Waterfox'],
  [/\bSilk\//, 'Amazon Silk'],
  [/PlayStation/, 'PlayStation'],
  [/Nintendo/, 'Nintendo'],
  [/\bQtWebEngine\//, 'QtWebEngine'],
];

/**
 * What the parser's names are called here. A name that is not in the list is no browser: the parser's last resort is
 * the first word of the user agent, and anybody can write that.
 */
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ['Amazon Silk', 'Amazon Silk'],
  ['Android Browser', 'Android Browser'],
  ['BlackBerry', 'BlackBerry Browser'],
  ['Chrome', 'Chrome'],
  ['Chromium', 'Chromium'],
  ['Electron', 'Electron'],
  ['Epiphany', 'GNOME Web'],
  ['Firefox', 'Firefox'],
  ['HeyTap Browser', 'HeyTap Browser'],
  ['Internet Explorer', 'Internet Explorer'],
  ['K-Meleon', 'K-Meleon'],
  ['Ladybird', 'Ladybird'],
  ['LibreWolf', 'LibreWolf'],
  ['MZ Browser', 'MZ Browser'],
  ['Maxthon', 'Maxthon'],
  ['Microsoft Edge', 'Edge'],
  ['NAVER Whale Browser', 'Whale'],
  ['Opera', 'Opera'],
  ['Pale Moon', 'Pale Moon'],
  ['Puffin', 'Puffin'],
  ['QQ Browser', 'QQ Browser'],
  ['QQ Browser Lite', 'QQ Browser'],
  ['QupZilla', 'QupZilla'],
  ['Safari', 'Safari'],
  ['Sailfish', 'Sailfish Browser'],
  ['Samsung Internet for Android', 'Samsung Internet'],
  ['SeaMonkey', 'SeaMonkey'],
  ['Sleipnir', 'Sleipnir'],
  ['Sogou Browser', 'Sogou Browser'],
  ['Tizen', 'Tizen Browser'],
  ['Vivaldi', 'Vivaldi'],
  ['Vivo Browser', 'Vivo Browser'],
  ['WebOS Browser', 'webOS Browser'],
]);

// The parser looks for these anywhere, in a device's name too; as browsers they are named above or long gone.
const MISREAD = /focus|swing|coast|opera(?=t)/gi;

/** Family of the browser ("Chrome Mobile" is Chrome), never a version; null where it is none that we know. */
export function browserOf(userAgent: string): string | null {
  for (const [pattern, name] of FIRST) {
    if (pattern.test(userAgent)) return name;
  }
  const text = userAgent.replace(MISREAD, '');
  if (text === '') return null; // the parser throws on nothing
  return FAMILIES.get(Bowser.getParser(text, true).parseBrowser().name ?? '') ?? null;
}
