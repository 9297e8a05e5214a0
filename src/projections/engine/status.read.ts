import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { namesWith, type Names } from '../facts/names.ts';
import './projections.tables.ts';

/** Which versions of each view a process can read: `{summary: [1]}`. */
export type Readable = Readonly<Record<string, readonly number[]>>;

/** The generation that queries read now, and how current it is. */
export interface Serving {
  /** Of the facts. */
  generation: number;
  names: Names;
  /** The version of each view. */
  versions: Readonly<Record<string, number>>;
  /** The last position of the log that is in the figures. */
  position: number;
  /** Seconds since the worker last stood at the head of the log; null before it ever did. */
  lagSeconds: number | null;
  /** Views that failed and answer nothing until a rebuild. */
  suspended: string[];
}

interface ViewRow {
  view: string;
  version: number;
  generation: number;
  state: string;
  suspended: boolean;
  tables: string[];
}

/**
 * What serves, or null while nothing does. Given what the process can read, a newer version than that is passed over
 * for the one that served before, which is folded on: so an old process goes on while a new one takes over.
 */
export async function readServing(tx: Tx, readable?: Readable): Promise<Serving | null> {
  const { rows } = await sql<{
    generation: number;
    position: string;
    lag: number | null;
    views: ViewRow[] | null;
  }>`select p.generation, p.position,
      extract(epoch from clock_timestamp() - p.caught_up_at)::float8 as lag,
      (select jsonb_agg(jsonb_build_object('view', v.view, 'version', v.version, 'generation', v.generation,
          'state', v.state, 'suspended', s.view is not null,
          'tables', case when v.generation = p.generation then '[]' else coalesce((
            select jsonb_agg(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'projection_' || v.generation and c.relkind = 'r'), '[]') end)
          order by v.state desc)
        from projection_views v left join projection_suspended s using (generation, view)
        where v.facts = p.generation and v.state in ('serving', 'previous')) as views
    from projections p where p.state in ('serving', 'previous') order by p.state desc`.execute(tx);
  for (const row of rows) {
    // In the order of their states: what serves comes before what served.
    const chosen = new Map<string, ViewRow>();
    for (const view of row.views ?? []) {
      if (!chosen.has(view.view) && canRead(readable, view)) chosen.set(view.view, view);
    }
    const complete = (row.views ?? []).every(({ view }) => chosen.has(view) || readable?.[view] === undefined);
    if (complete) return servingOf(row, [...chosen.values()]);
  }
  return null;
}

function canRead(readable: Readable | undefined, { view, version }: ViewRow): boolean {
  return readable === undefined || readable[view]?.includes(version) === true;
}

function servingOf(
  row: { generation: number; position: string; lag: number | null },
  views: readonly ViewRow[],
): Serving {
  const apart = new Map(
    views.flatMap((view) => view.tables.map((table): [string, number] => [table, view.generation])),
  );
  return {
    generation: row.generation,
    names: namesWith(row.generation, apart),
    versions: Object.fromEntries(views.map(({ view, version }) => [view, version])),
    position: Number(row.position),
    lagSeconds: row.lag === null ? null : Math.max(0, row.lag),
    suspended: views.filter((view) => view.suspended).map(({ view }) => view),
  };
}

/** Hits that could not be folded into the serving generation. */
export async function countParked(tx: Tx): Promise<number> {
  const { rows } = await sql<{ parked: number }>`
    select count(*)::int as parked from projection_parked join projections using (generation)
    where state = 'serving'`.execute(tx);
  return rows[0]?.parked ?? 0;
}
