import { accessSync, constants, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';

import { DEFAULT_LIMITS, type Rate, type RateLimits } from './rate-limit.ts';

/** Reads one value, or throws an Error that says what would be right, to follow the variable's name. No secrets. */
export type ReadValue<T> = (text: string) => T;

export function oneOf<const T extends string>(...words: T[]): ReadValue<T> {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Error(`should be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`);
    return found;
  };
}

export const port: ReadValue<number> = (text) => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(number <= 65_535)) throw new Error('should be a whole number from 0 to 65535');
  return number;
};

export const host: ReadValue<string> = (text) => {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(bare)) {
    throw new Error('should be an address or a host name, without scheme and port');
  }
  return bare;
};

export const networks: ReadValue<string[]> = (text) => {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  const wrong = entries.filter((entry) => !isNetwork(entry));
  if (wrong.length > 0) {
    throw new Error(`should list addresses and networks such as 10.0.0.0/8, and ${wrong.join(', ')} is neither`);
  }
  return entries;
};

function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

export const adminKey: ReadValue<string> = (text) => {
  if (!/^[\x21-\x7e]{32,512}$/.test(text)) {
    throw new Error('should be 32 to 512 printable ASCII characters without spaces, as `openssl rand -hex 32` gives');
  }
  return text;
};

export const groupName: ReadValue<string> = (text) => {
  if (!/^[^,\p{Cc}]+$/u.test(text)) throw new Error('should be one group, without a comma');
  return text;
};

export const accountName: ReadValue<string> = (text) => {
  if (!/^[A-Za-z_][\w.-]*\$?$/.test(text) || text === 'root') {
    throw new Error('should be the name of an account other than root');
  }
  return text;
};

export const readableFile: ReadValue<string> = (text) => {
  const path = resolve(text);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new Error(`should be a file that this user can read, and ${path} is none`);
  }
  if (!statSync(path).isFile()) throw new Error(`should be a file, and ${path} is none`);
  return path;
};

export const databaseUrl: ReadValue<string> = (text) => {
  // A user and no host is right for a socket (`postgresql://me@/db?host=/run/postgresql`), but no URL to Node.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text.replace('@/', '@socket/'))) {
    throw new Error('should be a URL such as postgresql://user:password@host:5432/database');
  }
  return text;
};

export const smtpUrl: ReadValue<string> = (text) => {
  if (!/^smtps?:\/\//.test(text) || !URL.canParse(text) || new URL(text).hostname === '') {
    throw new Error('should be a URL such as smtps://user:password@mail.example.com:465');
  }
  return text;
};

const LIMIT = /^(client|site|admin)\s*=\s*(?:(off)|(\d{1,7}(?:\.\d{1,3})?)\/s:(\d{1,8}))$/;

/** `off`, or some of the limits; those that are not named stay as they are by default. */
export const rateLimits: ReadValue<RateLimits> = (text) => {
  if (text === 'off') return { client: null, site: null, admin: null };
  const limits: { -readonly [name in keyof RateLimits]: Rate | null } = { ...DEFAULT_LIMITS };
  const named = new Set<string>();
  for (const entry of text.split(',')) {
    const [, name, off, perSecond, burst] = LIMIT.exec(entry.trim()) ?? [];
    const rate = off === undefined ? { perSecond: Number(perSecond), burst: Number(burst) } : null;
    const isGood = rate === null || (rate.perSecond > 0 && rate.burst > 0);
    if (name === undefined || named.has(name) || !isGood) {
      throw new Error('should be off, or such as client=50/s:200, site=2000/s:10000, admin=off, each once');
    }
    named.add(name);
    limits[name as keyof RateLimits] = rate;
  }
  return limits;
};

/** `off` is null, else so many days: a century at most, since dates further back are not meant. */
export const days: ReadValue<number | null> = (text) => {
  if (text === 'off') return null;
  const number = /^\d{1,5}d$/.test(text) ? Number(text.slice(0, -1)) : NaN;
  if (!(number >= 1 && number <= 36_500)) throw new Error('should be off, or days from 1d to 36500d such as 400d');
  return number;
};

/** One plain address: its domain may be an address literal, as mail servers in a closed network have no other name. */
export const mailAddress: ReadValue<string> = (text) => {
  if (text.length > 254 || !/^[\w!#$%&'*+/=?^`{|}~.-]+@(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f.:v]+\])$/i.test(text)) {
    throw new Error('should be one address such as antics@example.com');
  }
  return text;
};
