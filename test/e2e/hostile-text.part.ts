import { parseCsv } from '../contract/parse-csv.ts';
import { FIREFOX } from '../given.ts';
import { sharedServer, until, type Answer, type TestServer } from './harness.ts';

let antics: TestServer;
beforeAll(async () => {
  antics = await sharedServer();
});

/** Text that a page would run as script, a spreadsheet as a formula, a terminal or a header as something else. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  `'-alert(1)-'`,
  '</script><svg/onload=alert(1)>',
  '&lt;b&gt;{{constructor.constructor("alert(1)")()}}',
  'javascript:alert(1)',
  '=HYPERLINK("http://evil.example","x")',
  `=cmd|' /C calc'!A0`,
  '+1+1',
  '-2+3',
  '@SUM(1+1)',
  '\uFF1D1+1',
  ' =1+1',
  '\t=1+1',
  'a\r\nSet-Cookie: x=y',
  'a\u001b[2Jb\u202Ecba',
  `'; drop table sites; --`,
  '%{(#_memberAccess)}${7*7}',
];

/** JSON that no browser takes for a page, with the text in it unchanged. */
function expectJson(answer: Answer): void {
  expect(answer.headers.get('content-type')).toMatch(/^application\/(problem\+)?json(; charset=utf-8)?$/);
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('set-cookie')).toBeNull();
}

const post = async (path: string, body: unknown): Promise<Answer> => {
  const answer = await antics.ask(path, { method: 'POST', body });
  expectJson(answer);
  return answer;
};
const get = async (path: string): Promise<Answer> => {
  const answer = await antics.ask(path);
  expectJson(answer);
  return answer;
};
/** Of names: one line, that does not turn the text around it about. */
const AS_NAMES: Readonly<Record<string, string>> = {
  'a\r\nSet-Cookie: x=y': 'a  Set-Cookie: x=y',
  'a\u001b[2Jb\u202Ecba': 'a [2Jbcba',
};
const clean = (text: string): string => AS_NAMES[text] ?? text.trim();

it.each(HOSTILE)('%j as the name of a site, a folder and a key is text in JSON, on record too', async (text) => {
  const site = await post('/api/sites', { domain: `${Math.random().toString(36).slice(2)}.example`, name: text });
  const folder = await post('/api/folders', { name: text });
  const key = await post('/api/keys', { name: text, scopes: ['stats:read'] });
  expect([site.status, folder.status, key.status]).toEqual([201, 201, 201]);
  const names = async (path: string, list: string): Promise<string[]> => {
    const { json } = await get(path);
    return (json[list] as { name: string }[]).map((one) => one.name);
  };
  expect(await names('/api/sites', 'sites')).toContain(clean(text));
  expect(await names('/api/folders', 'folders')).toContain(clean(text));
  expect(await names('/api/keys', 'keys')).toContain(clean(text));
  const { json } = await get(`/api/audit?site_id=${site.json.id}`);
  expect(json.entries[0].after.name).toBe(clean(text));
});

it.each(HOSTILE)('%j where it is no account, group, domain, id or parameter is told in JSON', async (text) => {
  const { id } = await antics.createSite();
  const answers = [
    await post('/api/keys', { name: '', scopes: [text], account: `${text}\n`.repeat(40), site_ids: [text], expires_at: text }),
    await post('/api/sites', { domain: text, timezone: text, folder_id: text }),
    await post('/api/folders', { name: 'x', authelia_group: `${text},` }),
    await get(`/api/sites/${encodeURIComponent(text)}`),
    await get(`/api/keys/${encodeURIComponent(text)}`),
    await get(`/api/stats/${id}?metric=${encodeURIComponent(text)}&period=${encodeURIComponent(text)}`),
    await get(`/api/audit?site_id=${encodeURIComponent(text)}`),
    await get(`/api/${encodeURIComponent(text)}`),
  ];
  expect(answers.map((answer) => answer.status).filter((status) => status !== 400 && status !== 404)).toEqual([]);
});

describe('hits that say such things', () => {
  let id: string;
  beforeAll(async () => {
    const site = await antics.createSite({ public: true, name: HOSTILE[0] });
    id = site.id;
    for (const text of HOSTILE) {
      const url = `https://${site.domain}/${encodeURIComponent(text)}?utm_source=${encodeURIComponent(text)}`;
      const referrer = `https://news.example/${encodeURIComponent(text)}`;
      const headers = { origin: `https://${site.domain}`, 'user-agent': FIREFOX };
      for (const n of [null, text]) {
        const answer = await antics.ask('/api/event', {
          method: 'POST',
          key: null,
          headers,
          body: { n, u: url, r: referrer, p: { [text]: text } },
        });
        expect(answer.status).toBe(202);
      }
    }
    await until(10_000, async () => {
      const { json } = await antics.ask(`/api/stats/${id}?metric=event&limit=100`);
      return json.breakdown.length >= HOSTILE.length ? true : undefined;
    });
  }, 60_000);

  const metrics = ['pathname', 'event', 'utm_source', 'referrer', 'entry_page', 'hostname', 'browser'];
  it.each(metrics)('are text in JSON, and no formula in CSV, as %s', async (metric) => {
    const { json } = await get(`/api/stats/${id}?metric=${metric}&limit=100`);
    const values = (json.breakdown as { value: string }[]).map((row) => row.value);
    expect(values.length).toBeGreaterThan(0);
    const exported = await antics.ask(`/api/export/${id}?metric=${metric}`);
    expect(exported.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(exported.headers.get('x-content-type-options')).toBe('nosniff');
    expect(exported.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w. -]+"/);
    const cells = parseCsv(exported.text).flat();
    expect(cells.length).toBeGreaterThan(values.length);
    expect(cells.filter((cell) => /^[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(cell) || /^[\t\r\n]/.test(cell))).toEqual([]);
    // Neutralised, not lost.
    for (const value of values) expect(cells.includes(value) || cells.includes(`'${value}`)).toBe(true);
  });

  it('are there with their formulas, so that there was something to neutralise', async () => {
    const { json } = await get(`/api/stats/${id}?metric=event&limit=100`);
    const values = (json.breakdown as { value: string }[]).map((row) => row.value);
    expect(values).toEqual(expect.arrayContaining(['+1+1', '@SUM(1+1)', `=cmd|' /C calc'!A0`, '<script>alert(1)</script>']));
  });

  it('are text in JSON as paths of visits and as first and last pages', async () => {
    expect((await get(`/api/stats/${id}/paths?limit=100`)).json.paths.length).toBeGreaterThan(0);
    expect((await get(`/api/stats/${id}/entry-exit?limit=100`)).json.entry.length).toBeGreaterThan(0);
  });

  it('are in no badge, which is a picture without script', async () => {
    const badge = await antics.ask(`/api/badge/${id}`, { key: null });
    expect(badge.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
    expect(badge.headers.get('x-content-type-options')).toBe('nosniff');
    expect(badge.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(badge.text).toMatch(/^<svg /);
    expect(badge.text).not.toMatch(/<script|onload|onerror|javascript:|alert|href="http/i);
  });
});

it('hosts that were refused are told with a command that a shell can be given', async () => {
  for (const host of ['$(touch x).example', '`id`.example', "a'b.example", 'a;b.example', '-x.example']) {
    await antics.ask('/api/event', { method: 'POST', key: null, headers: { origin: `https://${host}`, 'user-agent': FIREFOX }, body: { u: `https://${host}/` } });
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { json } = await get('/api/refused-hosts');
  const hosts = (json.refused_hosts as { host: string }[]).map((one) => one.host);
  expect(hosts.filter((host) => !/^[a-z0-9_.:[\]-]+$/.test(host))).toEqual([]);
});
