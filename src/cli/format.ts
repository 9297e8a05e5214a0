/** Rows as aligned columns with two spaces between; those in `right` are numbers, aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** `1,234,567` */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}

/** Anybody's text on a terminal: it must not move the cursor. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}
