import { number, printable, table } from '../format.ts';
import type { ErasureStatus, ProjectionStatus, Status } from './read-status.ts';

export interface StatusContext {
  /** Where the database is. */
  readonly place: string;
  readonly baseUrl: string;
  /** File with the admin API key, where there is one. */
  readonly keyFile: string | null;
}

const TABLES_SHOWN = 12;

/** The status for people: lines without a newline at the end. */
export function formatStatus(status: Status, context: StatusContext): string[] {
  const { size, head, hits, events } = status;
  return [
    ...table([
      ['database', `${context.place} (${bytes(size.database_bytes)})`],
      ['log', `head ${number(head)}, ${number(hits)} hits, ${number(events)} events${perHit(status)}`],
      ...(status.replayable_since === 1 ? [] : [['replayable', `since position ${number(status.replayable_since)}`]]),
      ['sites', number(status.sites)],
      ['user agents', number(status.agents)],
      ...(context.keyFile === null ? [] : [['admin API key', `in ${context.keyFile}`]]),
    ]),
    '',
    ...projectionLines(status.projections),
    '',
    ...table(
      [
        ['TABLE', 'SIZE'],
        ...size.tables.slice(0, TABLES_SHOWN).map(({ name, bytes: used }) => [name, bytes(used)]),
        ...(size.tables.length > TABLES_SHOWN ? [[`${size.tables.length - TABLES_SHOWN} smaller ones`, '']] : []),
      ],
      [1],
    ),
    ...erasureLines(status.erasures),
    ...refusedLines(status, context.baseUrl),
  ];
}

function perHit({ hits, size }: Status): string {
  return hits < 10_000 ? '' : `, ${Math.round(size.log_bytes / hits)} bytes a hit`;
}

function projectionLines(projections: readonly ProjectionStatus[]): string[] {
  if (projections.length === 0) return ['No projection yet: a worker makes the first one when it starts.'];
  const rows = projections.map((p) => [
    String(p.generation),
    p.state,
    `v${p.rules_version}`,
    number(p.position),
    number(p.behind),
    p.lag_seconds === null ? 'never caught up' : `${p.lag_seconds.toFixed(1)} s`,
    number(p.parked),
  ]);
  const suspended = projections.flatMap((p) =>
    p.suspended.map(
      ({ view, error }) =>
        `Suspended in generation ${p.generation}: ${view} (${printable(error)}); cured by: antics projections rebuild ${view}`,
    ),
  );
  const parked = projections.some((p) => p.parked > 0) ? ['Hits are parked: antics parked list'] : [];
  return [
    ...table([['PROJECTION', 'STATE', 'RULES', 'POSITION', 'BEHIND', 'LAG', 'PARKED'], ...rows], [3, 4, 5, 6]),
    ...suspended,
    ...parked,
  ];
}

function erasureLines(erasures: readonly ErasureStatus[]): string[] {
  if (erasures.length === 0) return [];
  return [
    '',
    'Deleted sites that are being erased:',
    ...erasures.map(({ site, share, hits, rests_until: rests }) => {
      const stand = rests === null ? `${Math.floor(share * 100)} % of its positions` : `done, ends after ${rests}`;
      return `  ${site}  ${stand}, ${number(hits)} hits`;
    }),
  ];
}

function refusedLines({ refused_hosts: refused }: Status, baseUrl: string): string[] {
  if (refused.length === 0) return [];
  return [
    '',
    'Hosts that sent hits and belong to no site, the latest first, each with the command that adds it:',
    ...refused.flatMap(({ host, hits, last_seen }) => [
      `  ${printable(host)}  (${number(hits)} hits, the last at ${last_seen})`,
      `    ${addSite(baseUrl, host)}`,
    ]),
  ];
}

/** Anybody can send a host: it must neither end the quotes nor move the cursor. */
function addSite(baseUrl: string, host: string): string {
  const body = printable(JSON.stringify({ domain: host })).replaceAll("'", String.raw`'\''`);
  return (
    `curl -X POST ${baseUrl}/api/sites -H "Authorization: Bearer $KEY" ` +
    `-H 'Content-Type: application/json' -d '${body}'`
  );
}

function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const exponent = Math.min(4, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** exponent;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB', 'TB'][exponent] ?? ''}`;
}
