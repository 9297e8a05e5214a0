import type { LogFormat, ReadLine } from './access-line.ts';
import { commonTime } from './log-time.ts';

const QUOTED = '"((?:[^"\\\\]|\\\\.)*)"';
const TIME = '\\[([^\\]]{20,32})\\]';
const REQUEST = `${QUOTED} (\\d{3}) (?:\\d+|-)`;
const COMMON = new RegExp(`^(\\S+) \\S+ .*?${TIME} ${REQUEST}`);
const COMBINED = new RegExp(`${COMMON.source} ${QUOTED} ${QUOTED}`);
const VHOST = new RegExp(`^(\\S+) (\\S+) \\S+ \\S.*?${TIME} ${REQUEST} ${QUOTED} ${QUOTED}`);

/**
 * `combined` of Apache and nginx: client, identity, user, time, request, status, size, referrer, user agent. What
 * follows is ignored.
 */
export const COMBINED_FORMAT: LogFormat = {
  name: 'combined',
  hasHost: false,
  hasAgent: true,
  uriOf,
  read(line) {
    const [, client = '', time = '', request, status, referrer, agent] = COMBINED.exec(line) ?? [];
    return request === undefined ? null : lineOf({ host: null, client, time, request, status, referrer, agent });
  },
};

/** `combined` with the host first, as Apache's `vhost_combined` (`%v:%p %h %l %u %t …`). */
export const VHOST_COMBINED_FORMAT: LogFormat = {
  name: 'vhost_combined',
  hasHost: true,
  hasAgent: true,
  uriOf,
  read(line) {
    const [, host = '', client = '', time = '', request, status, referrer, agent] = VHOST.exec(line) ?? [];
    return request === undefined ? null : lineOf({ host, client, time, request, status, referrer, agent });
  },
};

/** `common`: `combined` without referrer and user agent. */
export const COMMON_FORMAT: LogFormat = {
  name: 'common',
  hasHost: false,
  hasAgent: false,
  uriOf,
  read(line) {
    const [, client = '', time = '', request, status] = COMMON.exec(line) ?? [];
    return request === undefined ? null : lineOf({ host: null, client, time, request, status });
  },
};

interface Fields {
  host: string | null;
  client: string;
  time: string;
  request: string;
  status: string | undefined;
  referrer?: string | undefined;
  agent?: string | undefined;
}

function lineOf({ host, client, time, request, status, referrer, agent }: Fields): ReadLine {
  const at = commonTime(time);
  if (Number.isNaN(at)) return null;
  // What was no HTTP, such as a TLS handshake, is logged as a request all the same.
  const [, method, uri] = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(unescape(request)) ?? [];
  if (method === undefined || uri === undefined) return 'other';
  return {
    at,
    method,
    uri,
    status: Number(status),
    host,
    client,
    userAgent: sent(agent) ?? '',
    referrer: sent(referrer),
    headers: {},
    contentType: null,
  };
}

/** `-` stands for a header that was not sent. */
function sent(text: string | undefined): string | null {
  return text === undefined || text === '-' ? null : unescape(text);
}

/** Neither server leaves a quote as it is: Apache writes `\"`, nginx `\x22`; bytes beyond ASCII are `\xC3` in both. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.replace(/(?:\\x[0-9A-Fa-f]{2})+/g, (escapes) =>
    Buffer.from(escapes.replaceAll('\\x', ''), 'hex').toString('utf8'),
  );
  return bytes.replace(/\\(["\\])/g, '$1');
}

/** A quote within a field is escaped, so that the first after the time begins the request. */
function uriOf(line: string): string | null {
  const start = line.indexOf('] "');
  const method = start < 0 ? -1 : line.indexOf(' ', start + 3);
  if (method < 0) return null;
  let end = method + 1;
  for (; end < line.length; end++) {
    const code = line.charCodeAt(end);
    if (code === 0x20) return line.slice(method + 1, end);
    if (code === 0x22 || code === 0x5c) return null;
  }
  return null;
}
