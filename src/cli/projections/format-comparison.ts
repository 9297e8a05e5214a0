import type { ComparisonReport } from '../../projections/operate/reports.ts';
import { number, printable, table } from '../format.ts';
import { count, figureLines } from './format-report.ts';

/** A comparison for people: first whether, then tables, then rows by key and value, before → after. */
export function comparisonLines(report: ComparisonReport): string[] {
  const { name, generation, serving, position, equal, differences, tables, examples, suspended } = report;
  const both = `generation ${generation} of ${name} and generation ${serving}, which serves, at position ${number(position)}`;
  const differing = tables.filter(({ differs }) => differs > 0);
  return [
    equal ? `Equal: ${both}.` : `DIFFERENT: ${count(differences, 'row')}, ${both}.`,
    ...(differing.length === 0
      ? []
      : table(
          [['TABLE', 'ROWS', 'DIFFERENT'], ...differing.map((t) => [t.table, number(t.rows), number(t.differs)])],
          [1, 2],
        ).map((line) => `  ${line}`)),
    ...suspended.map((view) => `Suspended: ${view}, whose own fold failed.`),
    ...report.left_out.map((why) => `Not compared: ${printable(why)}.`),
    ...(examples.length === 0 ? [] : ['', ...figureLines(examples.map((e) => ({ ...e, site: e.site.domain })))]),
  ];
}
