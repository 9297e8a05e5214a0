/** Rows of cells of a text after RFC 4180, strictly: CR LF after every record, quotes doubled. Throws for anything else. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = text;
  while (rest !== '') {
    const [whole, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?=,|\r\n)/.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`no cell of CSV: ${JSON.stringify(rest.slice(0, 80))}`);
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (rest.startsWith(',')) {
      rest = rest.slice(1);
      continue;
    }
    rest = rest.slice(2);
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error('the last record has no end');
  return rows;
}
