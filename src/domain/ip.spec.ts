import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { canonicalIp, clientIp, inCidrs, isPrivate, parseCidr, parseCidrList, type Cidr } from './ip.ts';

function cidrs(text: string): Cidr[] {
  const parsed = parseCidrList(text);
  if (!parsed.ok) throw new Error(parsed.errors.join());
  return parsed.list;
}

describe('canonicalIp', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8::0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::', '::'],
    ['1::', '1::'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('writes %j as %j', (text, canonical) => {
    expect(canonicalIp(text)).toBe(canonical);
  });

  it.each(['', '192.0.2', '192.0.2.256', '192.0.2.01', '1.2.3.4 ', '1.2.3.4%eth0', ':::', '12345::', '[::1]', 'x'])(
    'sees no address in %j',
    (text) => {
      expect(canonicalIp(text)).toBeNull();
    },
  );

  it('agrees with the operating system on any IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const theirs = new SocketAddress({ address: text, family: 'ipv6' }).address;
        // inet_ntop shows the deprecated IPv4-compatible range in dots; RFC 5952 leaves that to the mapped one.
        fc.pre(!theirs.includes('.'));
        expect(canonicalIp(text)).toBe(theirs);
        expect(canonicalIp(theirs)).toBe(theirs);
      }),
    );
  });

  it('never throws', () => {
    const unit = fc.constantFrom(...'0123456789abcdef:./%[]x');
    fc.assert(fc.property(fc.string({ unit }), (text) => void [canonicalIp(text), parseCidr(text), isPrivate(text)]));
  });
});

describe('a CIDR range', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:1::/32', '2001:db8::/32'],
    ['2001:db8::8000:0:0:1/65', '2001:db8:0:0:8000::/65'],
    ['::/0', '::/0'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
  ])('%j is %j', (text, canonical) => {
    expect(parseCidr(text)?.text).toBe(canonical);
  });

  it.each([
    '',
    '/',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    '::ffff:1.2.3.4/8',
  ])('%j is none', (text) => {
    expect(parseCidr(text)).toBeNull();
  });

  it.each([
    ['10.255.0.1', '10.0.0.0/8', true],
    ['11.0.0.1', '10.0.0.0/8', false],
    ['::ffff:10.1.1.1', '10.0.0.0/8', true],
    ['192.0.2.127', '192.0.2.0/25', true],
    ['192.0.2.128', '192.0.2.0/25', false],
    ['255.255.255.255', '128.0.0.0/1', true],
    ['127.255.255.255', '128.0.0.0/1', false],
    ['8.8.8.8', '0.0.0.0/0', true],
    ['8.8.8.8', '::/0', false],
    ['2001:db8:ffff::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['fe80::1%eth0', 'fe80::/10', true],
    ['nonsense', '0.0.0.0/0 ::/0', false],
    ['8.8.8.8', '', false],
  ])('whether %j lies in %j: %j', (ip, list, inside) => {
    expect(inCidrs(ip, cidrs(list))).toBe(inside);
  });

  it('contains every address that shares its leading bits, and no other', () => {
    const word = fc.nat({ max: 0xffffffff });
    const dotted = (w: number) => [24, 16, 8, 0].map((shift) => (w >>> shift) & 255).join('.');
    fc.assert(
      fc.property(word, word, fc.nat({ max: 32 }), (a, b, length) => {
        const same = length === 0 || BigInt(a) >> BigInt(32 - length) === BigInt(b) >> BigInt(32 - length);
        expect(inCidrs(dotted(a), cidrs(`${dotted(b)}/${length}`))).toBe(same);
        expect(inCidrs(dotted(a), cidrs(`${dotted(a)}/${length}`))).toBe(true);
      }),
    );
  });
});

describe('parseCidrList', () => {
  it('takes commas, spaces and lines', () => {
    expect(cidrs(' 10.0.0.0/8,::1\n192.0.2.1 ,').map((c) => c.text)).toEqual(['10.0.0.0/8', '::1', '192.0.2.1']);
    expect(cidrs('')).toEqual([]);
  });

  it('names every entry that is none', () => {
    expect(parseCidrList('10.0.0.0/8, 10.0.0.0/33, proxy')).toEqual({
      ok: false,
      errors: ['"10.0.0.0/33" is not an IP address or CIDR range', '"proxy" is not an IP address or CIDR range'],
    });
  });
});

describe('isPrivate', () => {
  it.each(['10.0.0.1', '172.31.255.255', '192.168.0.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '0.0.0.0'])(
    '%s says nothing of a place',
    (ip) => {
      expect(isPrivate(ip)).toBe(true);
      expect(isPrivate(`::ffff:${ip}`)).toBe(true);
    },
  );

  it.each(['::1', '::', 'fd00::1', 'fe80::1%eth0', '', 'unix'])('nor does %j', (ip) => {
    expect(isPrivate(ip)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '203.0.113.9', '2001:db8::1', '2a00:1450::1'])('%s does', (ip) => {
    expect(isPrivate(ip)).toBe(false);
  });
});

describe('clientIp', () => {
  const trusted = cidrs('127.0.0.1, 10.0.0.0/8, fd00::/8');

  it.each([
    ['an untrusted peer is the client, whatever it claims', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['without the header the peer is', '127.0.0.1', undefined, '127.0.0.1'],
    ['an empty header says nothing', '127.0.0.1', '', '127.0.0.1'],
    ['a trusted peer vouches for the last entry', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['what the client sent itself is hearsay', '127.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['trusted hops are walked through', '127.0.0.1', '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['where all hops are trusted the first is the client', '127.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
    ['an entry that is no address ends the walk', '127.0.0.1', '203.0.113.9, unknown, 10.0.0.2', '10.0.0.2'],
    ['so does an empty one', '127.0.0.1', '203.0.113.9,', '127.0.0.1'],
    ['a mapped peer is its IPv4', '::ffff:127.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['ports do not matter', '127.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['nor do brackets', 'fd00::1', '[2001:DB8::1]:4711', '2001:db8::1'],
    ['zones are cut', 'fd00::1', 'fe80::1%eth0', 'fe80::1'],
    ['a peer that is no address is answered as it is', '', '203.0.113.9', ''],
  ])('%s', (_, peer, header, client) => {
    expect(clientIp(peer, header, trusted)).toBe(client);
  });

  it('believes nobody by default', () => {
    expect(clientIp('127.0.0.1', '203.0.113.9', [])).toBe('127.0.0.1');
  });

  it('is canonical for any header from a trusted peer', () => {
    const entry = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 20 }), fc.constant('10.0.0.1'));
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const client = clientIp('127.0.0.1', entries.join(', '), trusted);
        expect(canonicalIp(client)).toBe(client);
      }),
    );
  });
});
