import { isUtf8 } from 'node:buffer';
import { cleanText } from '../../domain/text.ts';
import type { PlaceInBreakdown } from '../../queries/get-stats/get-stats.query.ts';

const MAX_CURSOR_CHARACTERS = 8_000;
const MAX_INT = 2_147_483_647;

/** `next_cursor`: where the page ended, as text that goes into a URL as it is. Clients need not understand it. */
export function encodeCursor({ visitors, value }: PlaceInBreakdown): string {
  return Buffer.from(JSON.stringify([visitors, value])).toString('base64url');
}

/** null for a text that no answer had. */
export function decodeCursor(cursor: string): PlaceInBreakdown | null {
  if (cursor.length > MAX_CURSOR_CHARACTERS) return null;
  const bytes = Buffer.from(cursor, 'base64url');
  // Node's decoder skips what is no base64url.
  if (bytes.toString('base64url') !== cursor || !isUtf8(bytes)) return null;
  const [visitors, value, ...rest] = parseList(bytes.toString());
  if (typeof visitors !== 'number' || !Number.isInteger(visitors) || visitors < 0 || visitors > MAX_INT) return null;
  if (typeof value !== 'string' || cleanText(value) !== value || rest.length > 0) return null;
  return { visitors, value };
}

function parseList(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return []; // no cursor, like a list of the wrong length
  }
}
