import { resolve } from 'node:path';

import { CONFIG_TABLE, type VariableName } from './config-table.ts';
import * as value from './config-values.ts';
import type { ReadValue } from './config-values.ts';
import { defaultDataDir } from './data-dir.ts';
import { messageOf, OperatorError } from './errors.ts';
import { DEFAULT_LIMITS, type RateLimits } from './rate-limit.ts';

/** What the operator decided. Paths are absolute. */
export interface Config {
  /** Undefined: the embedded server. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly role: Role;
  readonly auth: 'proxy' | 'key';
  /** Addresses and networks in CIDR notation; empty = nobody is trusted. */
  readonly trustedProxies: readonly string[];
  readonly adminGroup: string;
  readonly adminKey: string | undefined;
  readonly geoipFile: string | undefined;
  readonly referrerSpamFile: string | undefined;
  readonly smtpUrl: string | undefined;
  /** Sender of mails. Undefined: `antics@` the mail server's name. */
  readonly mailFrom: string | undefined;
  readonly logLevel: LogLevel;
  readonly rateLimits: RateLimits;
  /** Undefined: hits stay in the log for ever. */
  readonly logRetentionDays: number | undefined;
  /** Access log to follow. */
  readonly logPath: string | undefined;
  readonly logBesideTracker: boolean;
  /** Account that runs the embedded server when we are root. */
  readonly pgUser: string | undefined;
}

export type Role = 'all' | 'api' | 'worker';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface Mistake {
  readonly variable: VariableName;
  /** What would be right, to follow the name. */
  readonly problem: string;
}

/** Every mistake at once, so that a set-up is not corrected one start at a time. */
export class ConfigError extends OperatorError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(['The environment has mistakes:', ...mistakes.map((m) => `  ${m.variable} ${m.problem}`)].join('\n'));
    this.mistakes = mistakes;
  }
}

/**
 * Reads the environment; nothing else in Antics does. Empty variables count as unset, as compose files write them.
 * @returns the configuration, and what looks like a slip but stops nothing
 * @throws ConfigError
 */
export function readConfig(env: NodeJS.ProcessEnv): { config: Config; warnings: string[] } {
  const mistakes: Mistake[] = [];

  const optional = <T>(variable: VariableName, read: ReadValue<T>): T | undefined => {
    const text = env[variable]?.trim();
    if (!text) return undefined;
    try {
      return read(text);
    } catch (e) {
      mistakes.push({ variable, problem: messageOf(e) });
      return undefined;
    }
  };

  const databaseUrl = optional('DATABASE_URL', value.databaseUrl);
  const pgUser = optional('ANTICS_PG_USER', value.accountName);
  const config: Omit<Config, 'dataDir'> = {
    databaseUrl,
    host: optional('ANTICS_HOST', value.host) ?? '127.0.0.1',
    port: optional('ANTICS_PORT', value.port) ?? 8480,
    role: optional('ANTICS_ROLE', value.oneOf('all', 'api', 'worker')) ?? 'all',
    auth: optional('ANTICS_AUTH', value.oneOf('proxy', 'key')) ?? 'proxy',
    trustedProxies: optional('ANTICS_TRUSTED_PROXIES', value.networks) ?? [],
    adminGroup: optional('ANTICS_ADMIN_GROUP', value.groupName) ?? 'admins',
    adminKey: optional('ANTICS_ADMIN_KEY', value.adminKey),
    geoipFile: optional('ANTICS_GEOIP_FILE', value.readableFile),
    referrerSpamFile: optional('ANTICS_REFERRER_SPAM_FILE', value.readableFile),
    smtpUrl: optional('SMTP_URL', value.smtpUrl),
    mailFrom: optional('ANTICS_MAIL_FROM', value.mailAddress),
    logLevel:
      optional('ANTICS_LOG_LEVEL', value.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')) ?? 'info',
    rateLimits: optional('ANTICS_RATE_LIMIT', value.rateLimits) ?? DEFAULT_LIMITS,
    logRetentionDays: optional('ANTICS_LOG_RETENTION', value.days) ?? undefined,
    logPath: optional('ANTICS_LOG_PATH', resolvePath),
    logBesideTracker: optional('ANTICS_LOG_BESIDE_TRACKER', value.oneOf('true', 'false')) === 'true',
    pgUser,
  };
  const dataDir = optional('ANTICS_DATA_DIR', resolvePath);
  if (mistakes.length > 0) throw new ConfigError(mistakes);

  return {
    config: {
      ...config,
      dataDir: dataDir ?? defaultDataDir({ embedded: databaseUrl === undefined, account: pgUser }),
    },
    warnings: unknownVariables(env),
  };
}

const resolvePath: ReadValue<string> = (text) => resolve(text);

/** A warning, and no error: a newer or older Antics may know the variable, and an upgrade must not fail on it. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known: string[] = CONFIG_TABLE.map((row) => row.name);
  return Object.keys(env)
    .filter((name) => name.startsWith('ANTICS_') && !known.includes(name))
    .sort()
    .map((name) => {
      const distances = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
      const [nearest] = distances.sort((a, b) => a.distance - b.distance);
      return nearest
        ? `${name} is not known and has no effect: is ${nearest.candidate} meant?`
        : `${name} is not known and has no effect.`;
    });
}

/** How many letters to insert, remove or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
