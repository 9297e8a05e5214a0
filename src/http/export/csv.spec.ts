import fc from 'fast-check';

import { csvRecord } from './csv.ts';
import { parseCsv } from '../../../test/contract/parse-csv.ts';

describe('a record of CSV', () => {
  it('ends in CR LF, has commas between its cells, and nothing for null', () => {
    expect(csvRecord(['2026-11-23', 3, null, 0.5])).toBe('2026-11-23,3,,0.5\r\n');
  });

  it.each(['a,b', 'a"b', 'a\nb', 'a\rb', 'a;b', 'a\tb', ' a', 'a '])('quotes %j', (text) => {
    expect(csvRecord([text])).toBe(`"${text.replaceAll('"', '""')}"\r\n`);
  });

  it.each(['/pricing', 'DE', 'a b', "it's", '/a=b', '1-2', 'a@b', 'ä', '🦩'])('leaves %j as it is', (text) => {
    expect(csvRecord([text])).toBe(`${text}\r\n`);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\tx',
    '\rx',
    '\nx',
    '  =1',
    '\u00a0=1',
    '\u200b=1',
    '\ufeff=1',
    '\u0001=1',
    '\uff1d1',
    '\uff0b1',
    '\uff0d1',
    '\uff20x',
    '=HYPERLINK("http://evil.example","x")',
  ])('lets no spreadsheet run %j', (text) => {
    expect(csvRecord([text])).toBe(`"'${text.replaceAll('"', '""')}"\r\n`);
  });

  it('is read back as what it was, but for the apostrophe of what would run', () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('=x', ' "', '\r\n', ''));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        const [read = [], ...more] = parseCsv(csvRecord(cells));
        expect(more).toEqual([]);
        expect(read.map((text, i) => (text === `'${cells[i]}` ? cells[i] : text))).toEqual(cells);
        for (const text of read) expect(text).not.toMatch(/^[\s\uff1d]*[=+@-]/);
      }),
      { numRuns: 500 },
    );
  });
});
