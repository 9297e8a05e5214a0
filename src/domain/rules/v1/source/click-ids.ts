/** The ad network behind a click id: names the source where nothing else does. */
interface Network {
  readonly source: string;
  /** The medium that the id stands for; null where organic links carry it too. */
  readonly medium: 'cpc' | null;
}

/** Google's and Microsoft's ids come from search ads when the source is that engine. */
const CLICK_IDS: ReadonlyMap<string, Network> = new Map<string, Network>([
  ['gclid', { source: 'Google', medium: 'cpc' }],
  ['gbraid', { source: 'Google', medium: 'cpc' }],
  ['wbraid', { source: 'Google', medium: 'cpc' }],
  ['msclkid', { source: 'Bing', medium: 'cpc' }],
  // Facebook puts it on every link that leaves it, a friend's as much as an advertiser's.
  ['fbclid', { source: 'Facebook', medium: null }],
  ['twclid', { source: 'X (Twitter)', medium: 'cpc' }],
  ['ttclid', { source: 'TikTok', medium: 'cpc' }],
  ['li_fat_id', { source: 'LinkedIn', medium: 'cpc' }],
]);

/** The network of a click id by the id's name (any case); null for none and for an unknown one. */
export function networkOf(clickId: string | null): Network | null {
  return (clickId !== null && CLICK_IDS.get(clickId.toLowerCase())) || null;
}
