import type { SealedHead } from '../../log/segments/seal.ts';
import type { KnownSite, Problem, Verification } from '../../log/segments/verification.ts';
import { number, table } from '../format.ts';

const PROBLEMS_SHOWN = 100;

/** The last segment for people: lines without a newline at the end. */
export function formatHead({ segment, position, hash, closedAt }: SealedHead): string[] {
  return table([
    ['position', number(position)],
    ['segment', number(segment)],
    ['sealed', closedAt.toISOString()],
    ['hash', hash],
  ]);
}

/** A verification for people: first whether, then what. */
export function formatVerification(v: Verification): string[] {
  return [verdict(v), ...v.problems.slice(0, PROBLEMS_SHOWN).map(problemLine), ...rest(v), '', ...table(facts(v))];
}

function verdict({ intact, segments, position, hits, events, problems }: Verification): string {
  if (!intact) return `NOT INTACT: ${count(problems.length, 'problem')}.`;
  if (segments === 0) return 'Nothing is sealed yet: a worker does it, within a minute.';
  return (
    `Intact: positions 1 to ${number(position)} in ${count(segments, 'segment')}, ` +
    `${count(hits, 'hit')} and ${count(events, 'event')}, are as they were sealed.`
  );
}

function problemLine({ segment, first_position: first, last_position: last, site, message }: Problem): string {
  const where = [
    ...(segment === null ? [] : [`segment ${number(segment)}`]),
    ...(first === null || last === null ? [] : [`positions ${number(first)} to ${number(last)}`]),
    ...(site === null ? [] : [nameOf(site)]),
  ];
  return `  ${where.length === 0 ? '' : `${where.join(', ')}: `}${message}`;
}

function rest({ problems }: Verification): string[] {
  return problems.length > PROBLEMS_SHOWN ? [`  and ${number(problems.length - PROBLEMS_SHOWN)} more: --json has them all`] : [];
}

function facts(v: Verification): string[][] {
  const { segment, position, hash, head, erased, trimmed, unsealed, replayable_since: since } = v;
  return [
    ...(hash === null ? [] : [['head', `segment ${number(segment)}, position ${number(position)}`], ['', hash]]),
    ...(head?.found === true
      ? [['pinned', `segment ${number(head.segment ?? 0)}, position ${number(head.position ?? 0)}: it is in the chain`]]
      : []),
    ...erased.map(({ rows, position: erasedAt, ...site }) => [
      'erased',
      `${count(rows, 'row')} of ${nameOf(site)}, ${erasedAt === null ? 'its erasure is under way' : `SiteErased at position ${number(erasedAt)}`}`,
    ]),
    ...(trimmed === null
      ? []
      : [
          [
            'gone',
            `${count(trimmed.hits, 'hit')} in ${count(trimmed.segments, 'segment')}, before position ` +
              `${number(trimmed.before)}, by retention (LogTrimmed at position ${number(trimmed.position)})`,
          ],
        ]),
    ['replayable', `since position ${number(since)}`],
    ['not sealed', unsealed.positions === 0 ? 'nothing' : `${count(unsealed.positions, 'position')}, the oldest for ${Math.ceil(unsealed.seconds)} s: not checked`],
  ];
}

function nameOf({ site_id: siteId, id, domain }: KnownSite): string {
  return id === null ? `site number ${siteId}` : `site ${domain === null ? id : `${domain} (${id})`}`;
}

function count(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}
