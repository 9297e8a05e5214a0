import type { FastifyRequest } from 'fastify';
import { inCidrs, type Cidr } from '../../domain/ip.ts';
import { EVERYTHING } from '../../domain/sight.ts';
import { NotSignedIn } from '../../platform/errors.ts';
import type { Identity } from './identity.ts';
import { rawValues } from './raw-headers.ts';

/** What the operator decided about the proxy in front. */
export interface ProxySettings {
  /** `key`: who forwards an identity is not heard, whatever it says. */
  readonly mode: 'proxy' | 'key';
  /** Peers of the socket that are believed; empty: nobody. */
  readonly trusted: readonly Cidr[];
  /** Whose members may do everything. Case-sensitive. */
  readonly adminGroup: string;
}

/** As safe as can be: for an application that is not told. */
export const NO_PROXY: ProxySettings = { mode: 'key', trusted: [], adminGroup: '' };

const MAX_USER_BYTES = 255;
/** Neither a control nor a format character, which would show one name as another, nor a blank but the space. */
const PRINTABLE = /^(?:[^\p{C}\p{Z}]| )+$/u;

/** Whether the request comes from a proxy that is believed. What `X-Forwarded-For` says plays no part in it. */
export function isFromProxy({ raw }: Pick<FastifyRequest, 'raw'>, { trusted }: ProxySettings): boolean {
  return inCidrs(raw.socket.remoteAddress ?? '', trusted);
}

/**
 * Who the proxy in front says is asking, by `Remote-User` and `Remote-Groups` as Authelia sets them: one header each,
 * UTF-8, groups separated by commas. Undefined: it says nothing, or nobody who is believed does.
 * @throws NotSignedIn where a believed proxy sends one twice, empty or not printable, or groups of nobody
 */
export function proxyIdentity(request: FastifyRequest, proxy: ProxySettings): Identity | undefined {
  if (proxy.mode !== 'proxy' || !isFromProxy(request, proxy)) return undefined;
  const users = rawValues(request, 'remote-user');
  const groupLists = rawValues(request, 'remote-groups');
  if (users.length === 0 && groupLists.length === 0) return undefined;
  const user = readOne('Remote-User', users);
  // Two headers of a name may be joined by a comma on their way.
  if (user.includes(',') || Buffer.byteLength(user) > MAX_USER_BYTES) {
    throw new NotSignedIn(`Remote-User must be one name of at most ${MAX_USER_BYTES} bytes, without a comma.`);
  }
  const groups = groupLists.length === 0 ? [] : groupsOf(readOne('Remote-Groups', groupLists));
  const actor = { name: `user:${user}`, kind: 'user' } as const;
  if (groups.includes(proxy.adminGroup)) return { actor, scopes: ['admin'], sight: EVERYTHING };
  return { actor, scopes: ['stats:read'], sight: { siteIds: null, account: null, groups } };
}

function groupsOf(list: string): string[] {
  return list.split(',').flatMap((group) => group.trim() || []);
}

/** The one value as text. */
function readOne(name: string, values: readonly string[]): string {
  const [bytes] = values;
  const text = values.length === 1 && bytes !== undefined ? decodeUtf8(bytes) : null;
  if (text === null || !PRINTABLE.test(text)) {
    throw new NotSignedIn(`${name} must come once, with printable UTF-8 in it.`);
  }
  return text;
}

/** @param latin1 bytes as Node hands headers over. Null: they are no UTF-8. */
function decodeUtf8(latin1: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return null; // the caller refuses it
  }
}
