import { attachment, exportName } from './file-name.ts';

describe('the name of an export', () => {
  it('says which site, what and when', () => {
    const name = exportName('example.com', 'pathname', '2026-10-25', '2026-11-23');
    expect(name).toBe('example.com_pathname_2026-10-25_2026-11-23.csv');
    expect(attachment(name)).toBe(`attachment; filename="${name}"`);
    expect(exportName('example.com', '', '2026-10-25', '2026-11-23')).toBe('example.com_2026-10-25_2026-11-23.csv');
  });

  it('of a domain with other letters is there twice: for clients that know only ASCII, and as it is', () => {
    expect(attachment('bücher.example_os_2026-01-01_2026-01-02.csv')).toBe(
      'attachment; filename="xn--bcher-kva.example_os_2026-01-01_2026-01-02.csv"; ' +
        "filename*=UTF-8''b%C3%BCcher.example_os_2026-01-01_2026-01-02.csv",
    );
  });

  it.each(['a"b', 'a\r\nX-Evil: 1', 'a;b', "a'(b)*", 'a/../b', 'localhost:8080'])('breaks no header: %j', (domain) => {
    const header = attachment(exportName(domain, 'os', '2026-01-01', '2026-01-02'));
    expect(header).toMatch(/^attachment; filename="[\w.-]+"(; filename\*=UTF-8''[\w.%~!-]+)?$/);
  });
});
