import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { KnownSite } from './verification.ts';

/** What the log itself says is gone, and why. */
export interface OnRecord {
  /** Deleted sites, by the key of their hits. */
  readonly deleted: ReadonlyMap<number, { readonly erasedAt: number | null }>;
  /** The latest `LogTrimmed`. */
  readonly trimmed: { readonly before: number; readonly position: number } | null;
}

export async function readOnRecord(tx: Tx): Promise<OnRecord> {
  const { rows } = await sql<{ site_id: number; erased_at: number | null }>`
    select (d.data ->> 'site_id')::int as site_id,
      (select min(e.position) from log_events e where e.type = 'SiteErased' and e.causation = d.position)::float8 as erased_at
    from log_events d where d.type = 'SiteDeleted'`.execute(tx);
  const trimmed = await sql<{ before: number; position: number }>`
    select (data ->> 'before')::float8 as before, position::float8 as position from log_events
    where stream = 'log' and type = 'LogTrimmed' order by (data ->> 'before')::bigint desc, position limit 1`.execute(tx);
  return {
    deleted: new Map(rows.map((row) => [row.site_id, { erasedAt: row.erased_at }])),
    trimmed: trimmed.rows[0] ?? null,
  };
}

/** Names of sites: of those that are there the present domain, of the others that which they were made with. */
export async function readKnownSites(tx: Tx, siteIds: readonly number[]): Promise<Map<number, KnownSite>> {
  const ids = [...siteIds];
  const { rows } = await sql<KnownSite>`
    with made as (
      select distinct on (1) (e.data ->> 'site_id')::int as site_id, (e.data ->> 'id')::uuid as id, e.data ->> 'domain' as domain
      from log_events e where e.type = 'SiteCreated' and (e.data ->> 'site_id')::int = any(${ids}::int[])
      order by 1, e.position
    )
    select x.site_id, coalesce(s.id, m.id) as id, coalesce(s.domain, m.domain) as domain
    from unnest(${ids}::int[]) x(site_id)
      left join sites s on s.site_id = x.site_id left join made m on m.site_id = x.site_id`.execute(tx);
  return new Map(rows.map((row) => [row.site_id, row]));
}
