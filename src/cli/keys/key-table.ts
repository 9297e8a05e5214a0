import type { ApiKeyRow } from '../../models/api-keys/api-key.read.ts';
import { table } from '../format.ts';

/** A key for programs: what `GET /api/keys` shows. */
export function keyToJson({ hash: _, version: _v, ...key }: ApiKeyRow): object {
  return {
    ...key,
    created_at: key.created_at.toISOString(),
    expires_at: key.expires_at?.toISOString() ?? null,
    last_used_at: key.last_used_at?.toISOString() ?? null,
  };
}

/** Keys for people, a line each. */
export function keyTable(keys: readonly ApiKeyRow[], now: number): string[] {
  return table([
    ['ID', 'NAME', 'ACCOUNT', 'SCOPES', 'SITES', 'CREATED', 'EXPIRES', 'LAST USED'],
    ...keys.map((key) => [
      key.id,
      forTerminal(key.name),
      forTerminal(key.account ?? '-'),
      key.scopes.join(','),
      key.site_ids === null ? 'all' : String(key.site_ids.length),
      toMinute(key.created_at),
      key.expires_at === null ? 'never' : expiry(key.expires_at, now),
      key.last_used_at === null ? 'never' : toMinute(key.last_used_at),
    ]),
  ]);
}

function expiry(at: Date, now: number): string {
  return at.getTime() <= now ? `${toMinute(at)} (over)` : toMinute(at);
}

function toMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** A name is somebody's text: what a terminal would act on, or what would move the columns, is shown as a mark. */
export function forTerminal(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
