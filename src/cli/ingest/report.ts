import type { Ingested } from '../../commands/record-hits/log-lines/ingest-file.ts';
import type { LineOutcome, OutcomeCounts } from '../../commands/record-hits/log-lines/outcomes.ts';
import { number, printable, table } from '../format.ts';
import type { Notes } from './notes.ts';

export interface IngestReport {
  path: string;
  format: string | null;
  state: Ingested['state'];
  lines: number;
  /** Of the file, before. */
  lines_before: number;
  /** Page views among these that were left out then: of no site, or of days on which their site counted itself. */
  left_out_before: number;
  hits: number;
  outcomes: OutcomeCounts;
  unknown_hosts: { host: string; lines: number }[];
  seconds: number;
}

const MEANING: Record<Exclude<LineOutcome, 'hit'>, string> = {
  asset: 'assets',
  method: 'another method than GET',
  status: 'another status than 2xx',
  no_document: 'parts of pages, by what their headers say',
  other: 'no requests',
  malformed: 'could not be read',
  unknown_host: 'of hosts that are no site',
  tracked: 'of days on which the site counts itself (--beside-tracker counts them)',
  excluded_ip: 'of excluded addresses',
  gpc: 'of people who ask not to be counted (GPC)',
  site_gone: 'of a site that was deleted meanwhile',
  refused: 'refused by the database',
};
const HOSTS_SHOWN = 10;

export function reportOf(path: string, ingested: Ingested, notes: Notes, seconds: number): IngestReport {
  const { state, lines, outcomes, before } = ingested;
  const hosts = [...notes.hosts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    path,
    format: notes.detected,
    state,
    lines,
    lines_before: before.lines,
    left_out_before: before.leftOut,
    hits: outcomes.hit,
    outcomes,
    unknown_hosts: hosts.map(([host, count]) => ({ host, lines: count })),
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

export function reportLines(report: IngestReport, baseUrl?: string): string[] {
  const { path, state, lines, lines_before, hits, outcomes, seconds, unknown_hosts } = report;
  if (state === 'empty') return [`${path}: there is no line in it yet.`];
  if (state === 'known') {
    const known = `${path}: already read up to line ${number(lines_before)}; nothing is new.`;
    const left = report.left_out_before;
    return left === 0 ? [known] : [known, `${number(left)} page views were left out then. A file of these lines alone would be read.`];
  }
  const rate = number(Math.round(lines / Math.max(0.001, seconds)));
  const went = lines_before > 0 ? ` It went on after line ${number(lines_before)}.` : '';
  const rows = (Object.keys(MEANING) as (keyof typeof MEANING)[])
    .filter((outcome) => outcomes[outcome] > 0)
    .map((outcome) => ['', number(outcomes[outcome]), MEANING[outcome]]);
  return [
    `${path}: ${number(lines)} lines in ${seconds.toFixed(1)} s (${rate}/s), ${number(hits)} page views.${went}`,
    ...(rows.length > 0 ? ['Left out:', ...table(rows, [1])] : []),
    ...unknownLines(unknown_hosts, baseUrl),
  ];
}

function unknownLines(hosts: IngestReport['unknown_hosts'], baseUrl: string | undefined): string[] {
  if (hosts.length === 0) return [];
  const shown = hosts.slice(0, HOSTS_SHOWN).map(({ host, lines }) => `${printable(host)} (${number(lines)})`);
  const more = hosts.length > HOSTS_SHOWN ? ', …' : '';
  const how = baseUrl === undefined ? 'POST /api/sites' : `POST ${baseUrl}/api/sites`;
  return [`No sites: ${shown.join(', ')}${more}. ${how} registers one.`];
}
