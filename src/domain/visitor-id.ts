import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** A key made once per salt: with a bare Buffer each HMAC costs five times as much. Goes away with the salt. */
const keys = new WeakMap<Buffer, KeyObject>();

/**
 * A visitor of one site on one local day: the first 8 bytes (signed, big-endian) of
 * HMAC-SHA-256(salt, site, IP, user agent). The salt is what makes it anonymous once it is destroyed: without a secret,
 * all IPv4 addresses could be tried in minutes.
 *
 * Each part is preceded by its length in bytes, so that no two triples give the same message (`1.2.3.4` + `5 Mozilla`
 * and `1.2.3.45` + ` Mozilla`).
 *
 * @param salt random secret of the site's local date; the Buffer must not be changed afterwards
 * @param ip canonical text, see `clientIp`
 * @param userAgent as stored (cut), so that an id can be explained while its salt lives
 * @throws RangeError for an empty salt, with which ids could be reversed
 */
export function visitorId(salt: Buffer, site: string, ip: string, userAgent: string): bigint {
  const key = keyOf(salt);
  const parts = [site, ip, userAgent];
  const message = Buffer.allocUnsafe(parts.reduce((bytes, part) => bytes + 4 + Buffer.byteLength(part), 0));
  let at = 0;
  for (const part of parts) {
    const written = message.write(part, at + 4);
    message.writeUInt32BE(written, at);
    at += 4 + written;
  }
  return createHmac('sha256', key).update(message).digest().readBigInt64BE(0);
}

function keyOf(salt: Buffer): KeyObject {
  const known = keys.get(salt);
  if (known !== undefined) return known;
  if (salt.length === 0) throw new RangeError('A visitor id needs a salt');
  const key = createSecretKey(salt);
  keys.set(salt, key);
  return key;
}
