import type { Headers } from '../rules/v1/agent/headers.ts';
import { BOT_HEADERS, PURPOSE_HEADERS } from '../rules/v1/agent/headers.ts';
import type { AccessLine, LogFormat, ReadLine } from './access-line.ts';
import { caddyTime } from './log-time.ts';

/** What the rules read of a request's headers, by the spelling in which Go, and so Caddy, keeps them. */
const READ_HEADERS = [...BOT_HEADERS.map(({ name }) => name), ...PURPOSE_HEADERS, 'sec-gpc', 'sec-fetch-dest'].map(
  (name) => [name, name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())] as const,
);

/**
 * Caddy's JSON access log, of version 2.0 on: `request` with method, host, uri, headers and `client_ip` (before 2.7
 * `remote_ip`, before 2.5 `remote_addr`), `ts`, `status`. What its log has besides, such as errors and notices, is
 * `other`. `X-Forwarded-For` is not looked at: `client_ip` is what Caddy makes of it with its `trusted_proxies`.
 */
export const CADDY: LogFormat = { name: 'caddy', hasHost: true, hasAgent: true, read: readCaddy, uriOf };

const URI = '"uri":"';

/** Within a JSON string each quote is escaped, so that the key can be nothing but a key; the first after `request` is its. */
function uriOf(line: string): string | null {
  const request = line.indexOf('"request":{');
  const start = request < 0 ? -1 : line.indexOf(URI, request);
  if (start < 0) return null;
  const end = line.indexOf('"', start + URI.length);
  // An escape may end in a quote that is part of the text.
  return end < 0 || line.charCodeAt(end - 1) === 0x5c ? null : line.slice(start + URI.length, end);
}

function readCaddy(line: string): ReadLine {
  const entry = parse(line);
  if (entry === null) return null;
  const { request } = entry;
  // Errors and notices in the same file; they have a level, or at least a time.
  if (!isObject(request)) return 'ts' in entry || 'level' in entry ? 'other' : null;
  const { method, uri, host } = request;
  const at = caddyTime(entry['ts']);
  const status = entry['status'];
  // A line of the reverse proxy's about a request that failed has no status of an answer.
  if (status === undefined && Number.isFinite(at)) return 'other';
  if (typeof method !== 'string' || typeof uri !== 'string' || typeof status !== 'number' || Number.isNaN(at)) return null;
  const headers = isObject(request['headers']) ? request['headers'] : {};
  const answer = isObject(entry['resp_headers']) ? entry['resp_headers'] : {};
  return {
    at,
    method,
    uri,
    status,
    host: typeof host === 'string' ? host : null,
    client: clientOf(request),
    userAgent: first(headers['User-Agent']) ?? '',
    referrer: first(headers['Referer']) ?? null,
    headers: pick(headers),
    contentType: first(answer['Content-Type']) ?? null,
  } satisfies AccessLine;
}

type Json = Record<string, unknown>;

function parse(line: string): Json | null {
  if (line.charCodeAt(0) !== 0x7b) return null;
  try {
    return JSON.parse(line) as Json;
  } catch (e) {
    if (e instanceof SyntaxError) return null;
    throw e;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of a header's values, which Caddy lists. */
function first(values: unknown): string | undefined {
  const value: unknown = Array.isArray(values) ? values[0] : values;
  return typeof value === 'string' ? value : undefined;
}

function clientOf({ client_ip, remote_ip, remote_addr }: Json): string {
  if (typeof client_ip === 'string') return client_ip;
  if (typeof remote_ip === 'string') return remote_ip;
  return typeof remote_addr === 'string' ? remote_addr.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1') : '';
}

function pick(headers: Json): Headers {
  const picked: Record<string, string> = {};
  for (const [name, spelling] of READ_HEADERS) {
    const values = headers[spelling];
    if (values !== undefined) picked[name] = Array.isArray(values) ? values.join(', ') : String(values);
  }
  return picked;
}
