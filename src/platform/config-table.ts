/** One variable of the environment, as the operator's manual shows it. */
export interface ConfigRow {
  readonly name: string;
  /** As shown; empty = none. */
  readonly default: string;
  readonly meaning: string;
}

/** Every variable that Antics reads. */
export const CONFIG_TABLE = [
  {
    name: 'DATABASE_URL',
    default: '',
    meaning:
      'PostgreSQL 15 or newer, such as `postgresql://antics:secret@db/antics`. ' +
      'Without it Antics runs its own, embedded one',
  },
  {
    name: 'ANTICS_DATA_DIR',
    default: '`.antics`',
    meaning:
      'Folder of the embedded database and the admin key. ' +
      'As root, where the working directory is closed to other accounts, the default is `/var/lib/antics`',
  },
  { name: 'ANTICS_HOST', default: '`127.0.0.1`', meaning: 'Address to listen on; `0.0.0.0` or `::` for all' },
  { name: 'ANTICS_PORT', default: '`8480`', meaning: 'Port to listen on; `0` takes any free one' },
  {
    name: 'ANTICS_ROLE',
    default: '`all`',
    meaning: '`api` answers requests, `worker` folds and runs jobs, `all` does both',
  },
  {
    name: 'ANTICS_AUTH',
    default: '`proxy`',
    meaning:
      'Who is asking: `proxy` believes `Remote-User` and `Remote-Groups` of a trusted proxy, `key` API keys alone',
  },
  {
    name: 'ANTICS_TRUSTED_PROXIES',
    default: '',
    meaning:
      'Addresses and networks, separated by commas, whose forwarded addresses and identities are believed, ' +
      'such as `127.0.0.1, 10.0.0.0/8`',
  },
  { name: 'ANTICS_ADMIN_GROUP', default: '`admins`', meaning: 'Group in `Remote-Groups` that may do everything' },
  {
    name: 'ANTICS_ADMIN_KEY',
    default: '',
    meaning:
      'Sets the admin API key, for an unattended set-up: at least 32 printable characters without spaces. ' +
      'Without it the first start makes one',
  },
  {
    name: 'ANTICS_GEOIP_FILE',
    default: '',
    meaning: 'Country database (`.mmdb`) to use in place of the one that comes along',
  },
  {
    name: 'ANTICS_REFERRER_SPAM_FILE',
    default: '',
    meaning: 'Hosts, one a line, whose referrers are spam, beside the list that comes along',
  },
  { name: 'SMTP_URL', default: '', meaning: 'Mail server for alerts, such as `smtps://user:secret@mail.example.com`' },
  {
    name: 'ANTICS_MAIL_FROM',
    default: '`antics@` and the host of `SMTP_URL`',
    meaning: 'Address that mails come from; mail servers often insist on one of theirs',
  },
  {
    name: 'ANTICS_LOG_LEVEL',
    default: '`info`',
    meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`',
  },
  {
    name: 'ANTICS_RATE_LIMIT',
    default: '`client=50/s:200, site=2000/s:10000, admin=100/s:500`',
    meaning:
      'Limits on requests, each with its rate and its burst: hits of an address, hits of a site, other requests of ' +
      'an identity. What is not named keeps its default; `client=off` lifts one, `off` all of them',
  },
  {
    name: 'ANTICS_LOG_PATH',
    default: '',
    meaning:
      'Access log that a worker follows: Caddy\'s JSON, or combined with the host first. Lines go to the sites of their ' +
      'hosts. See docs/tracker.md, "From access logs"',
  },
  {
    name: 'ANTICS_LOG_BESIDE_TRACKER',
    default: '`false`',
    meaning: '`true` counts lines of that log also on days on which the site\'s pages send hits: people count twice',
  },
  {
    name: 'ANTICS_LOG_RETENTION',
    default: '`off`',
    meaning:
      'How long hits stay in the log, such as `400d`; figures stay. `off` keeps them for ever. See "Retention"',
  },
  {
    name: 'ANTICS_PG_USER',
    default: '`postgres`, else `nobody`',
    meaning: 'Account that runs the embedded database when Antics is started as root',
  },
] as const satisfies readonly ConfigRow[];

export type VariableName = (typeof CONFIG_TABLE)[number]['name'];

/** The table for docs/operating.md; a spec holds the two equal. */
export function configTableMarkdown(): string {
  const rows = CONFIG_TABLE.map((row) => `| \`${row.name}\` | ${row.default} | ${row.meaning} |`);
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
