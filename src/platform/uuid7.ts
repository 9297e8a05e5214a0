import { randomFillSync } from 'node:crypto';

/** RFC 9562 gives 12 bits after the time; half of them stay free for ids of the same millisecond to count up. */
const COUNTER_LIMIT = 0x1000;
const SEED_LIMIT = 0x800;

const bytes = Buffer.alloc(16);
let lastTime = 0;
let counter = 0;

/**
 * A UUID version 7: 48 bits of time, a counter, 62 random bits. Ids of one process sort in the order in which they
 * were made, also within a millisecond and when the clock steps back.
 * @param now milliseconds since 1970
 */
export function uuid7(now: number): string {
  randomFillSync(bytes);
  if (now > lastTime) {
    lastTime = now;
    counter = bytes.readUInt16BE(6) % SEED_LIMIT;
  } else if (++counter === COUNTER_LIMIT) {
    lastTime += 1; // borrowed from the next millisecond
    counter = 0;
  }
  bytes.writeUIntBE(lastTime, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
