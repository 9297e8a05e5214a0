/** A cell: text of anybody's, or a number of ours, null where there is none. */
export type Cell = string | number | null;

const NEEDS_QUOTES = /[",;|\r\n\t]|^\s|\s$/u;
/**
 * What Excel, LibreOffice or Sheets would take for the start of a formula, wide forms included. Blanks and invisible
 * characters before it are skipped by some of them, and a leading tab or line break starts one in others.
 */
const STARTS_FORMULA = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\u2212])/u;

/** One record of RFC 4180, its line break included. */
export function csvRecord(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Numbers are never negative here and stay numbers; text that would run as a formula begins with an apostrophe. */
function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const isFormula = STARTS_FORMULA.test(cell);
  const text = isFormula ? `'${cell}` : cell;
  // Quoted, it stays one cell also where a spreadsheet separates by semicolons or tabs.
  return isFormula || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
