import { clientOf } from './client.ts';
import { parseCidr, type Cidr } from './ip.ts';

const PROXY = parseCidr('10.0.0.1') as Cidr;

describe('whom a request is charged to', () => {
  const from = (peer: string, forwardedFor?: string, trusted: Cidr[] = []) =>
    clientOf(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }, peer, trusted);

  it('is the socket’s peer, and of an IPv6 address its /64', () => {
    expect(from('203.0.113.9')).toBe('203.0.113.9');
    expect(from('::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(from('2001:db8:1:2:3::4')).toBe('2001:db8:1:2::/64');
    expect(from('2001:db8:1:3::')).toBe('2001:db8:1:3::/64');
    expect(from('::1')).toBe('::/64');
    expect([from('127.0.0.1'), from('')]).toEqual(['127.0.0.1', '']);
  });

  it('is for a trusted proxy whom it vouches for', () => {
    expect(from('10.0.0.1', '198.51.100.1, 203.0.113.9', [PROXY])).toBe('203.0.113.9');
    expect(from('10.0.0.1', '2001:db8::7', [PROXY])).toBe('2001:db8::/64');
  });

  it('is nobody for a private peer that forwards and was not told of: it stands for a whole site', () => {
    expect(from('127.0.0.1', '203.0.113.9')).toBeNull();
    expect(from('172.17.0.1', '203.0.113.9', [PROXY])).toBeNull();
    expect(from('::1', 'x')).toBeNull();
  });

  it('is a public peer whatever it forwards: the header alone frees nobody', () => {
    expect(from('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(from('2001:db8::1', '10.0.0.1')).toBe('2001:db8::/64');
  });

  it('is the private address that a trusted proxy names', () => {
    expect(from('10.0.0.1', '198.51.100.1, 192.168.1.5', [PROXY])).toBe('192.168.1.5');
  });
});
