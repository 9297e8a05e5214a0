export interface CustomEvent {
  readonly name: string;
  readonly props: Readonly<Record<string, string>> | null;
  readonly weight: number;
}

/** What visitors do beside looking at pages. */
export const EVENTS: readonly CustomEvent[] = [
  { name: 'Signup', props: { plan: 'free' }, weight: 9 },
  { name: 'Signup', props: { plan: 'pro' }, weight: 3 },
  { name: 'Signup', props: null, weight: 1 },
  { name: 'Purchase', props: { plan: 'pro', interval: 'month' }, weight: 4 },
  { name: 'Purchase', props: { plan: 'pro', interval: 'year' }, weight: 2 },
  { name: 'Purchase', props: { plan: 'team', interval: 'year' }, weight: 1 },
  { name: 'Download', props: { file: 'antics-handbook.pdf' }, weight: 5 },
  { name: 'Download', props: { file: 'antics-1.4.0.dmg' }, weight: 4 },
  { name: 'Download', props: { file: 'antics-1.4.0.exe' }, weight: 6 },
  { name: 'File Download', props: { url: 'https://cdn.example.net/price-list-2026.pdf' }, weight: 3 },
  { name: 'Outbound Link: Click', props: { url: 'https://github.com/example/antics' }, weight: 9 },
  { name: 'Outbound Link: Click', props: { url: 'https://www.linkedin.com/company/example' }, weight: 4 },
  { name: 'Outbound Link: Click', props: { url: 'https://docs.example.org/guide?lang=en#install' }, weight: 6 },
  { name: 'Outbound Link: Click', props: { url: 'https://status.example.org/' }, weight: 2 },
  { name: 'Form: Submission', props: { path: '/contact' }, weight: 4 },
  { name: 'Newsletter', props: { place: 'footer' }, weight: 6 },
  { name: 'Newsletter', props: { place: 'pop-up' }, weight: 3 },
  { name: 'Video: Play', props: { title: 'Tour in 90 seconds' }, weight: 6 },
  { name: 'Video: Play', props: { title: '“Datenschutz ohne Banner” – Vortrag' }, weight: 2 },
  { name: 'Search', props: { query: 'export', results: '12' }, weight: 5 },
  { name: 'Search', props: { query: 'prix & tarifs', results: '0' }, weight: 1 },
  { name: 'Add to cart', props: { item: 'T-shirt "Antics", size M' }, weight: 5 },
  { name: 'Language', props: { to: 'Español' }, weight: 1 },
  { name: 'Language', props: { to: '日本語' }, weight: 1 },
];

/** Addresses that are not there: typing errors, old links, and those who look for an open door. */
export const NOT_FOUND: readonly string[] = [
  '/wp-login.php',
  '/wp-admin/setup-config.php',
  '/.env',
  '/old/pricing.html',
  '/index.php',
  '/blog/undefined',
  '/prcing',
  '/docs/v0/quickstart',
  '/feed.xml',
  '/favicon.png',
  '/xmlrpc.php',
  '/100%-off',
];
