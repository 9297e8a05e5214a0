import type { Headers } from './rules/v1/agent/headers.ts';
import { clientIp, inCidrs, isPrivate, parseCidr, type Cidr } from './ip.ts';

/**
 * Whom a request is charged to, where limits are per client. null: nobody, as the sender is a proxy of which nobody told us: a private address that
 * forwards for others. Its visitors cannot be told apart, and must not share what one visitor may send. From outside
 * nobody comes from a private address, so that the header alone frees nobody.
 */
export function clientOf(headers: Headers, peer: string, trusted: readonly Cidr[]): string | null {
  const sent = headers['x-forwarded-for'];
  const forwardedFor = typeof sent === 'string' || sent === undefined ? sent : sent.join(', ');
  if (forwardedFor !== undefined && !inCidrs(peer, trusted) && isPrivate(peer)) return null;
  return clientNetwork(clientIp(peer, forwardedFor, trusted));
}

/** An IPv4 address, or the /64 of an IPv6 one: a client with IPv6 has a whole /64 to choose addresses from. */
function clientNetwork(ip: string): string {
  return ip.includes(':') ? (parseCidr(`${ip}/64`)?.text ?? ip) : ip;
}
