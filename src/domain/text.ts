/**
 * Text as it may enter the log: well-formed UTF-16 without NUL. PostgreSQL's jsonb refuses both a NUL and a lone
 * surrogate, and json would accept them only to fail at the first reader, so they go once, at the edge.
 * Lone surrogates become U+FFFD, NULs vanish. Idempotent.
 */
export function cleanText(s: string): string {
  const wellFormed = s.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '') : wellFormed;
}

/** Length in UTF-8 bytes: what a limit "in bytes" counts, and what the database stores. */
export function utf8Length(s: string): number {
  return Buffer.byteLength(s, 'utf8');
}
