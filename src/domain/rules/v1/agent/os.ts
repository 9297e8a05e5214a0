/** The first that fits; the order matters: a Windows phone says Android, an iPhone says Mac OS X, a TV says Linux. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Windows Phone|Windows Mobile|IEMobile/i, 'Windows Phone'],
  [/Xbox/i, 'Xbox'],
  [/PlayStation/i, 'PlayStation'],
  [/Nintendo/i, 'Nintendo'],
  [/Windows|Win(?:32|64|NT|9[58])\b/i, 'Windows'],
  [/Apple ?TV|tvOS/i, 'tvOS'],
  [/(?<!like )\b(?:iPhone|iPad|iPod)\b/i, 'iOS'],
  // An iPad that asks for desktop pages says Macintosh; Firefox and pages inside apps still give it away.
  [/Macintosh.* (?:FxiOS|Mobile)\//i, 'iOS'],
  [/Macintosh|Mac_PowerPC/i, 'macOS'],
  [/\bCrOS\b/, 'Chrome OS'],
  [/HarmonyOS|OpenHarmony/i, 'HarmonyOS'],
  [/KAIOS/i, 'KaiOS'],
  [/(?<!like )\bAndroid\b/i, 'Android'],
  [/Tizen/i, 'Tizen'],
  [/web[o0]s|hpw[o0]s|NetCast/i, 'webOS'],
  [/\bRoku\b/i, 'Roku'],
  [/BlackBerry|\bBB10\b|RIM Tablet|PlayBook/i, 'BlackBerry'],
  [/Sailfish/i, 'Sailfish OS'],
  [/Symbian|SymbOS|Series ?[46]0/i, 'Symbian'],
  [/FreeBSD/i, 'FreeBSD'],
  [/OpenBSD/i, 'OpenBSD'],
  [/NetBSD/i, 'NetBSD'],
  [/SunOS/i, 'Solaris'],
  [/Linux|Ubuntu|Fedora|Debian|CrKey/i, 'Linux'],
];

/** Name of the operating system; distributions are Linux, iPadOS is iOS; null where the user agent does not say. */
export function osOf(userAgent: string): string | null {
  return SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null;
}
