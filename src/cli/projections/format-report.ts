import type { VerifyReport } from '../../projections/operate/verify.ts';
import { number, printable, table } from '../format.ts';
import { duration } from './format-list.ts';

/** A value that moves, before and after; whatever the rows are of. */
export interface MovedFigure {
  readonly site: string;
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  readonly measure: string;
  readonly before: number | string | null;
  readonly after: number | string | null;
}

const SHOWN = 100;

/** A recount for people: first whether, then what. */
export function verifyLines(report: VerifyReport): string[] {
  const { name, equal, position, hits, seconds, differences, views } = report;
  const counted = `counted anew from ${count(hits, 'hit')} of the log, up to position ${number(position)}, in ${duration(seconds)}`;
  const figures = views.flatMap((view) =>
    view.examples.map(({ domain, site_id: id, day, key, expected, found, ...figure }) => ({
      ...figure,
      site: domain ?? id ?? '(gone)',
      key: day === null ? key : { day, ...key },
      before: found,
      after: expected,
    })),
  );
  return [
    equal ? `Equal: ${name}, ${counted}.` : `DIFFERENT: ${count(differences, 'figure')} of ${name}, ${counted}.`,
    ...table(
      [['VIEW', 'ROWS', 'DIFFERENT'], ...views.map((v) => [v.view, number(v.rows), number(v.differences)])],
      [1, 2],
    ).map((line) => `  ${line}`),
    ...report.left_out.map((why) => `Not compared: ${printable(why)}.`),
    ...(figures.length === 0 ? [] : ['', 'What serves → what the log says:', ...figureLines(figures)]),
  ];
}

/** Figures by table, a row each: site, key, measure, before → after. */
export function figureLines(figures: readonly MovedFigure[]): string[] {
  const rows = figures.slice(0, SHOWN).map((figure) => [
    figure.table,
    figure.site,
    keyText(figure.key),
    figure.measure,
    `${value(figure.before)} → ${value(figure.after)}`,
  ]);
  const rest = figures.length > SHOWN ? [`  and ${number(figures.length - SHOWN)} more: --json has them`] : [];
  return [...table([['TABLE', 'SITE', 'KEY', 'MEASURE', 'BEFORE → AFTER'], ...rows]).map((line) => `  ${line}`), ...rest];
}

function keyText(key: Readonly<Record<string, string>>): string {
  return printable(Object.entries(key).map(([name, text]) => `${name}=${text}`).join(' '));
}

function value(of: number | string | null): string {
  if (of === null) return '(none)';
  return typeof of === 'number' ? number(of) : printable(of);
}

export function count(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}
