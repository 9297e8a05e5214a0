import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { CONFIG_TABLE, configTableMarkdown } from './config-table.ts';
import { ConfigError, readConfig } from './config.ts';
import { packageRoot } from './migration-files.ts';
import { DEFAULT_LIMITS } from './rate-limit.ts';

const KEY = 'k'.repeat(32);

function mistakesOf(env: NodeJS.ProcessEnv): string[] {
  try {
    readConfig(env);
  } catch (e) {
    if (e instanceof ConfigError) return e.mistakes.map((m) => m.variable);
    throw e;
  }
  return [];
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    const { config, warnings } = readConfig({ ANTICS_DATA_DIR: '/data' });
    expect(config).toEqual({
      dataDir: '/data',
      host: '127.0.0.1',
      logBesideTracker: false,
      port: 8480,
      role: 'all',
      auth: 'proxy',
      trustedProxies: [],
      adminGroup: 'admins',
      logLevel: 'info',
      rateLimits: DEFAULT_LIMITS,
    });
    expect(warnings).toEqual([]);
  });

  it('takes what is set, with blanks around it cut', () => {
    const { config } = readConfig({
      DATABASE_URL: 'postgresql://me@/db?host=/run/postgresql',
      ANTICS_DATA_DIR: 'here',
      ANTICS_HOST: '[::1]',
      ANTICS_PORT: ' 0 ',
      ANTICS_ROLE: 'worker',
      ANTICS_AUTH: 'key',
      ANTICS_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,fd00::/8,',
      ANTICS_ADMIN_KEY: KEY,
      ANTICS_GEOIP_FILE: 'package.json',
      SMTP_URL: 'smtps://a:b@mail.example.com',
      ANTICS_RATE_LIMIT: 'off',
      ANTICS_LOG_RETENTION: '400d',
    });
    expect(config).toMatchObject({
      databaseUrl: 'postgresql://me@/db?host=/run/postgresql',
      dataDir: resolve('here'),
      host: '::1',
      port: 0,
      role: 'worker',
      auth: 'key',
      trustedProxies: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
      adminKey: KEY,
      geoipFile: resolve('package.json'),
      smtpUrl: 'smtps://a:b@mail.example.com',
      rateLimits: { client: null, site: null, admin: null },
      logRetentionDays: 400,
    });
  });

  it('tells every mistake at once', () => {
    const env = {
      DATABASE_URL: 'mysql://db',
      ANTICS_HOST: 'http://localhost:80',
      ANTICS_PORT: '65536',
      ANTICS_ROLE: 'both',
      ANTICS_AUTH: 'none',
      ANTICS_TRUSTED_PROXIES: '10.0.0.0/33',
      ANTICS_ADMIN_GROUP: 'a,b',
      ANTICS_ADMIN_KEY: 'short',
      ANTICS_GEOIP_FILE: '/no/such/file',
      ANTICS_REFERRER_SPAM_FILE: '/',
      SMTP_URL: 'mail.example.com',
      ANTICS_MAIL_FROM: 'Antics <a@b.example>',
      ANTICS_LOG_LEVEL: 'loud',
      ANTICS_RATE_LIMIT: '5',
      ANTICS_PG_USER: 'root',
    };
    expect(mistakesOf(env).sort()).toEqual(Object.keys(env).sort());
  });

  it.each([
    ['ANTICS_PORT', '-1'],
    ['ANTICS_PORT', '8480.5'],
    ['ANTICS_PORT', '0x10'],
    ['ANTICS_TRUSTED_PROXIES', '10.0.0.0/'],
    ['ANTICS_TRUSTED_PROXIES', 'fe80::1%eth0'],
    ['ANTICS_TRUSTED_PROXIES', 'proxy'],
    ['ANTICS_TRUSTED_PROXIES', '::/129'],
    ['ANTICS_ADMIN_KEY', `${KEY} ${KEY}`],
    ['ANTICS_ADMIN_KEY', `${KEY}é`],
    ['DATABASE_URL', 'postgresql://host:port/db'],
    ['SMTP_URL', 'smtp://'],
    ['ANTICS_MAIL_FROM', 'a@b.example, c@d.example'],
    ['ANTICS_MAIL_FROM', 'example.com'],
    ['ANTICS_RATE_LIMIT', 'on'],
    ['ANTICS_RATE_LIMIT', 'client=50'],
    ['ANTICS_RATE_LIMIT', 'client=0/s:10'],
    ['ANTICS_RATE_LIMIT', 'client=1/s:0'],
    ['ANTICS_RATE_LIMIT', 'clients=1/s:1'],
    ['ANTICS_RATE_LIMIT', 'off, client=1/s:1'],
    ['ANTICS_RATE_LIMIT', 'client=1/s:1, client=2/s:2'],
    ['ANTICS_LOG_RETENTION', '400'],
    ['ANTICS_LOG_RETENTION', '0d'],
    ['ANTICS_LOG_RETENTION', '1.5d'],
    ['ANTICS_LOG_RETENTION', '36501d'],
  ] as const)('refuses %s=%s', (name, text) => {
    expect(mistakesOf({ [name]: text })).toEqual([name]);
  });

  it('takes the limits that are named, and leaves the others as they are', () => {
    const { config } = readConfig({ ANTICS_RATE_LIMIT: 'client=0.5/s:10,site = off' });
    expect(config.rateLimits).toEqual({ ...DEFAULT_LIMITS, client: { perSecond: 0.5, burst: 10 }, site: null });
  });

  it('says nothing of a secret that is wrong', () => {
    const env = { DATABASE_URL: 'mysql://hunter2', ANTICS_ADMIN_KEY: 'hunter2', SMTP_URL: 'x://hunter2' };
    expect(() => readConfig(env)).toThrow(/DATABASE_URL[^]*ANTICS_ADMIN_KEY[^]*SMTP_URL/);
    expect(() => readConfig(env)).not.toThrow(/hunter2/);
  });

  it('counts an empty variable as unset', () => {
    expect(readConfig({ ANTICS_PORT: '', ANTICS_ADMIN_KEY: ' ' }).config.port).toBe(8480);
  });

  it('warns of an unknown variable and names the nearest one', () => {
    const { warnings } = readConfig({ ANTICS_PROT: '1', OTHER: 'x' });
    expect(warnings).toEqual(['ANTICS_PROT is not known and has no effect: is ANTICS_PORT meant?']);
  });
});

describe('the table of variables', () => {
  it('has a row for each of them', () => {
    for (const { name } of CONFIG_TABLE) expect(configTableMarkdown()).toContain(`| \`${name}\` |`);
  });

  const manual = join(packageRoot(), 'docs', 'operating.md');
  const documented = existsSync(manual) ? it : it.skip;
  documented('stands in docs/operating.md word for word', () => {
    expect(readFileSync(manual, 'utf8')).toContain(configTableMarkdown());
  });
});
