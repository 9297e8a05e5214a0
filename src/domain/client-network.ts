import { parseCidr } from './ip.ts';

/**
 * What one client is for a limit: an IPv4 address, or the /64 of an IPv6 one, as a client with IPv6 has a whole /64 to
 * choose addresses from. Text that is no address is answered as it is.
 *
 * @param ip canonical
 */
export function clientNetwork(ip: string): string {
  return ip.includes(':') ? (parseCidr(`${ip}/64`)?.text ?? ip) : ip;
}
