import { parseCookie, stringifySetCookie, type SetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isToken } from '../../domain/session-token.ts';
import { isFromProxy, type ProxySettings } from './proxy-identity.ts';
import { rawValues } from './raw-headers.ts';

export const SESSION_COOKIE = 'antics_session';

/** The token that the browser shows. Undefined: none, none that can be one, or two, of which one is somebody else's. */
export function sessionToken(request: Pick<FastifyRequest, 'raw'>): string | undefined {
  const values = rawValues(request, 'cookie').flatMap((header) =>
    header.split(';').flatMap((pair) => parseCookie(pair)[SESSION_COOKIE] ?? []),
  );
  const [token] = values;
  return values.length === 1 && isToken(token) ? token : undefined;
}

/** @param now milliseconds since 1970 */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  proxy: ProxySettings,
  session: { readonly token: string; readonly expiresAt: Date; readonly now: number },
): void {
  const maxAge = Math.max(0, Math.floor((session.expiresAt.getTime() - session.now) / 1_000));
  send(reply, { value: session.token, maxAge, secure: isHttps(request, proxy) });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, proxy: ProxySettings): void {
  send(reply, { value: '', maxAge: 0, secure: isHttps(request, proxy) });
}

function send(reply: FastifyReply, cookie: Pick<SetCookie, 'value' | 'maxAge' | 'secure'>): void {
  const shape = { name: SESSION_COOKIE, path: '/', httpOnly: true, sameSite: 'strict' } as const;
  // Nobody between us and the browser may keep it.
  void reply.header('cache-control', 'no-store').header('set-cookie', stringifySetCookie({ ...shape, ...cookie }));
}

/** Whether the browser came by https: to a proxy that is believed. */
function isHttps(request: FastifyRequest, proxy: ProxySettings): boolean {
  if ('encrypted' in request.raw.socket && request.raw.socket.encrypted === true) return true;
  if (!isFromProxy(request, proxy)) return false;
  const [schemes = ''] = rawValues(request, 'x-forwarded-proto');
  return schemes.split(',', 1)[0]?.trim().toLowerCase() === 'https';
}
