/** Share of the world's page views by country; null: not known. */
export const COUNTRIES: readonly (readonly [country: string | null, weight: number])[] = [
  ['US', 24],
  ['DE', 8.5],
  ['GB', 7],
  ['IN', 7],
  ['FR', 5.5],
  ['CA', 4],
  ['BR', 3.6],
  ['NL', 3],
  ['ES', 2.9],
  ['IT', 2.8],
  ['JP', 2.7],
  ['AU', 2.4],
  ['PL', 2.2],
  ['SE', 1.6],
  ['CH', 1.6],
  ['MX', 1.5],
  ['AT', 1.3],
  ['BE', 1.2],
  ['SG', 1.2],
  ['KR', 1.1],
  ['ID', 1.1],
  ['PT', 1],
  ['DK', 0.9],
  ['NO', 0.9],
  ['FI', 0.9],
  ['CZ', 0.9],
  ['IE', 0.8],
  ['TR', 0.8],
  ['UA', 0.8],
  ['RO', 0.7],
  ['PH', 0.7],
  ['VN', 0.7],
  ['AR', 0.7],
  ['ZA', 0.6],
  ['IL', 0.6],
  ['GR', 0.5],
  ['HU', 0.5],
  ['CN', 0.5],
  ['TW', 0.5],
  ['HK', 0.4],
  ['NZ', 0.4],
  ['NP', 0.2],
  ['KE', 0.2],
  ['NG', 0.3],
  ['EG', 0.2],
  ['CL', 0.3],
  [null, 1.2],
];

/** What a day looks like: an office's, a shop's, or a paper's that is read over breakfast and in bed. */
export type Habit = 'office' | 'shop' | 'paper';

export interface Profile {
  readonly domain: string;
  readonly name: string;
  readonly timezone: string;
  readonly habit: Habit;
  /** Where half of the visitors are; the other half come from all over the world. */
  readonly home: readonly string[];
}

/** The sites of a simulation, largest first. Beyond these, they repeat with a number. */
export const PROFILES: readonly Profile[] = [
  { domain: 'demo.example', name: 'Demo', timezone: 'Europe/Berlin', habit: 'office', home: ['DE', 'AT', 'CH', 'NL'] },
  { domain: 'shop.example', name: 'Shop', timezone: 'America/New_York', habit: 'shop', home: ['US', 'CA'] },
  { domain: 'news.example', name: 'News', timezone: 'Europe/London', habit: 'paper', home: ['GB', 'IE'] },
  { domain: 'docs.example', name: 'Docs', timezone: 'America/Los_Angeles', habit: 'office', home: ['US', 'IN', 'CA'] },
  { domain: 'blog.example', name: 'Blog', timezone: 'Asia/Kolkata', habit: 'paper', home: ['IN', 'SG'] },
  { domain: 'store.example', name: 'Store', timezone: 'Asia/Tokyo', habit: 'shop', home: ['JP', 'KR', 'TW'] },
  { domain: 'travel.example', name: 'Travel', timezone: 'Australia/Sydney', habit: 'shop', home: ['AU', 'NZ'] },
  { domain: 'trek.example', name: 'Trek', timezone: 'Asia/Kathmandu', habit: 'shop', home: ['NP', 'IN', 'CN'] },
  { domain: 'musica.example', name: 'Música', timezone: 'America/Sao_Paulo', habit: 'paper', home: ['BR', 'PT'] },
  { domain: 'bank.example', name: 'Bank', timezone: 'Africa/Johannesburg', habit: 'office', home: ['ZA', 'KE', 'NG'] },
  { domain: 'open.example', name: 'Open', timezone: 'UTC', habit: 'office', home: ['US', 'DE', 'FR'] },
  { domain: 'islands.example', name: 'Islands', timezone: 'Pacific/Auckland', habit: 'paper', home: ['NZ', 'AU'] },
];

/** Relative traffic of the hours 0 … 23, in the site's time zone. */
export const HOURS: Readonly<Record<Habit, readonly number[]>> = {
  office: [14, 9, 7, 6, 7, 12, 25, 48, 80, 104, 114, 110, 92, 98, 112, 110, 100, 84, 66, 56, 52, 48, 38, 24],
  shop: [26, 15, 9, 7, 7, 10, 20, 36, 52, 66, 74, 78, 84, 80, 74, 74, 76, 82, 94, 110, 118, 112, 84, 50],
  paper: [22, 13, 9, 8, 12, 28, 64, 100, 104, 86, 74, 72, 84, 80, 68, 66, 70, 78, 84, 88, 94, 96, 78, 46],
};

/** Relative traffic of the days from Sunday. */
export const WEEK: Readonly<Record<Habit, readonly number[]>> = {
  office: [52, 108, 114, 114, 110, 96, 50],
  shop: [118, 96, 92, 92, 94, 100, 116],
  paper: [102, 104, 102, 100, 100, 98, 88],
};
