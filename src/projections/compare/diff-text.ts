import type { Diff, Moved, MovedValue, SiteDiff } from './diff.ts';
import { SUMMARY_MEASURES, VALUE_MEASURES } from './diff-sources.ts';

/** Characters of a value that are shown: the rest of a line is figures. */
const WIDEST = 48;

/** A diff for people, line by line: first the sums of each site, then the values that move most. */
export function diffText(diff: Diff): string[] {
  const range = diff.from === null && diff.to === null ? '' : `, ${diff.from ?? 'the beginning'} to ${diff.to ?? 'now'}`;
  const what = diff.name === 'all' ? 'all' : `the view ${diff.name}`;
  return [
    `Generation ${diff.generation} of ${what}, against ${diff.serving} that serves, both at position ${number(diff.position)}${range}`,
    ...(diff.sites.length === 0 ? ['Nothing moves.'] : diff.sites.flatMap(siteLines)),
    ...(diff.sites.length > 0 && diff.unmoved > 0 ? ['', `Nothing moves at ${count(diff.unmoved, 'other site')}.`] : []),
    ...diff.leftOut.map((why) => `Note: ${why}`),
  ];
}

function siteLines({ site, summary, metrics }: SiteDiff): string[] {
  const sums = summary === null ? [] : SUMMARY_MEASURES.map((m) => [m, summary[m]] as const);
  const lines = sums.filter(([, moved]) => isMoved(moved)).map(([m, moved]) => `  ${m.padEnd(10)}  ${change(m, moved)}`);
  return [
    '',
    site.domain,
    ...(lines.length === 0 && summary !== null ? ['  the sums stay'] : lines),
    ...metrics.flatMap(({ metric, moved, top }) => {
      const more = moved > top.length ? `, these most` : '';
      const width = Math.min(WIDEST, Math.max(...top.map(({ value }) => value.length)));
      return [`  ${metric}: ${count(moved, 'value')} move${moved === 1 ? 's' : ''}${more}`, ...top.map((value) => valueLine(metric, value, width))];
    }),
  ];
}

function valueLine(metric: string, value: MovedValue, width: number): string {
  const changes = VALUE_MEASURES.filter((m) => isMoved(value[m])).map((m) => {
    return `${m === 'pageviews' && metric === 'event' ? 'events' : m} ${change(m, value[m])}`;
  });
  return `    ${printable(value.value, width)}  ${changes.join('  ')}`;
}

/** Cut to what fits, and without what would move the cursor. */
function printable(text: string, width: number): string {
  // eslint-disable-next-line no-control-regex -- just these
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return (safe.length > width ? `${safe.slice(0, width - 1)}…` : safe).padEnd(width);
}

const isMoved = ({ before, after }: Moved): boolean => before !== after;

function change(measure: string, { before, after }: Moved): string {
  const text = measure === 'ms' ? (value: number) => `${(value / 1000).toFixed(1)} s` : number;
  return `${text(before)} → ${text(after)} (${after > before ? '+' : '-'}${text(Math.abs(after - before))})`;
}

const number = (value: number): string => value.toLocaleString('en-US');
const count = (value: number, what: string): string => `${number(value)} ${what}${value === 1 ? '' : 's'}`;
