import type { ClientConfig } from 'pg';

import { rowTypes } from './row-types.ts';

/** Server settings by name, sent with the connection's first packet: no round trip, and no way to forget one. */
export type SessionSettings = Readonly<Record<string, string>>;

/** What every connection of ours starts with, whatever the server's or the user's defaults are. */
export const BASE_SETTINGS: SessionSettings = {
  search_path: 'antics',
  timezone: 'UTC',
  // Compiling a plan costs more than any of our statements runs.
  jit: 'off',
};

/**
 * The `pg` configuration of a connection to `url` with these settings.
 * `options` in the URL keeps working: its flags come first, ours win.
 * (Left alone, `pg` lets the URL's `options` replace ours as a whole.)
 */
export function connectionOptions(url: string, applicationName: string, settings: SessionSettings): ClientConfig {
  const { bareUrl, flags } = takeOptions(url);
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${escapeFlag(value)}`);
  return {
    connectionString: bareUrl,
    application_name: applicationName,
    options: [...flags, ...ours].join(' '),
    types: rowTypes,
    keepAlive: true,
  };
}

function takeOptions(url: string): { bareUrl: string; flags: string[] } {
  const at = url.indexOf('?');
  if (at < 0) return { bareUrl: url, flags: [] };
  const query = new URLSearchParams(url.slice(at + 1));
  const flags = query.getAll('options');
  if (flags.length === 0) return { bareUrl: url, flags };
  query.delete('options');
  return { bareUrl: `${url.slice(0, at)}${query.size > 0 ? `?${query.toString()}` : ''}`, flags };
}

/** The server splits `options` at blanks; a backslash keeps one inside a value. */
function escapeFlag(value: string): string {
  return value.replace(/[\\\s]/g, '\\$&');
}
