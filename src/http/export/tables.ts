import type { DayFigures } from '../../queries/export-days/export-days.query.ts';
import type { Entry, Metric } from '../../queries/get-stats/get-stats.query.ts';
import { csvRecord, type Cell } from './csv.ts';

const DAYS = ['date', 'visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration'] as const;
const BREAKDOWN = ['value', 'visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'] as const;
const PAGES = [...BREAKDOWN, 'scroll_depth', 'time_on_page'] as const;
const EVENTS = ['value', 'visitors', 'visits', 'events'] as const;
/** So that a row is no chunk of its own: a chunk costs more than a hundred rows. */
const CHUNK_CHARACTERS = 16_384;

/** A row a day; rates are empty where there is none. */
export function* daysTable(days: Iterable<DayFigures>): Generator<string> {
  yield csvRecord(DAYS);
  for (const day of days) yield csvRecord(DAYS.map((column) => day[column]));
}

/** A row a value; of events and pages the columns that they have. */
export async function* breakdownTable(
  metric: Metric,
  rows: AsyncIterable<Entry>,
): AsyncGenerator<string> {
  yield csvRecord(metric === 'event' ? EVENTS : metric === 'pathname' ? PAGES : BREAKDOWN);
  for await (const row of rows) yield csvRecord(cellsOf(row));
}

function cellsOf(row: Entry): Cell[] {
  if ('events' in row) return EVENTS.map((column) => row[column]);
  if ('time_on_page' in row) return PAGES.map((column) => row[column]);
  return BREAKDOWN.map((column) => row[column]);
}

/** The same text in fewer pieces. */
export async function* inChunks(pieces: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
