/** No body of ours is deeper than a handful of levels; what walks one (a validator, JSON.stringify) does so on the stack. */
export const MAX_DEPTH = 64;

/**
 * Whether arrays and objects are nested too deep, looking at the bytes alone. Text that is no JSON may be called deep:
 * it is refused either way. UTF-8 has no byte of these within a longer character.
 */
export function isDeep(bytes: Uint8Array): boolean {
  if (bytes.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}
