import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { visitorId } from './visitor-id.ts';

const SITE = '0198c0de-0000-7000-8000-000000000001';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const salt = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

describe('visitorId', () => {
  it('is what another implementation of HMAC-SHA-256 computes', () => {
    // Computed with Python's hmac and struct.pack('>I') before each part.
    expect(visitorId(salt, SITE, '203.0.113.9', FIREFOX)).toBe(1603326429907852292n);
    expect(visitorId(salt, SITE, '2001:db8::1', 'Zoë/1.0')).toBe(-5237985396881190223n);
  });

  it('differs by salt, site, address and user agent', () => {
    const ids = [
      visitorId(salt, SITE, '203.0.113.9', FIREFOX),
      visitorId(Buffer.alloc(32, 7), SITE, '203.0.113.9', FIREFOX),
      visitorId(salt, 'another', '203.0.113.9', FIREFOX),
      visitorId(salt, SITE, '203.0.113.8', FIREFOX),
      visitorId(salt, SITE, '203.0.113.9', 'Safari'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not mix up where one part ends and the next begins', () => {
    expect(visitorId(salt, SITE, '1.2.3.4', '5 Firefox')).not.toBe(visitorId(salt, SITE, '1.2.3.45', ' Firefox'));
    expect(visitorId(salt, 'ab', '', 'c')).not.toBe(visitorId(salt, 'a', 'b', 'c'));
  });

  it('is the same for the same salt in another Buffer, and fits a signed 64-bit integer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), anyText(), fc.ipV4(), (bytes, agent, ip) => {
        const id = visitorId(Buffer.from(bytes), SITE, ip, agent);
        expect(visitorId(Buffer.from(bytes), SITE, ip, agent)).toBe(id);
        expect(BigInt.asIntN(64, id)).toBe(id);
      }),
    );
  });

  it('refuses an empty salt, without which ids could be reversed', () => {
    expect(() => visitorId(Buffer.alloc(0), SITE, '1.2.3.4', FIREFOX)).toThrow(RangeError);
  });

  it('takes the first eight bytes', () => {
    const empty = createHmac('sha256', salt).update(Buffer.alloc(12)).digest();
    expect(visitorId(salt, '', '', '')).toBe(empty.readBigInt64BE(0));
  });
});
