import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { event, pageView } from '../given.ts';
import { sharedContractApp, type ContractApp } from './contract-app.ts';
import { parseCsv } from './parse-csv.ts';

let app: ContractApp;
beforeAll(async () => {
  app = await sharedContractApp();
  app.setNow('2026-11-23T12:00:00Z');
});

/** The head of an answer, with nothing read of its body yet, on a connection of its own. */
function request(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
}

async function askUntilFree(ask: () => Promise<IncomingMessage>): Promise<IncomingMessage> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer.statusCode !== 503 || Date.now() > end) return answer;
    answer.destroy();
    await sleep(50);
  }
}

describe('GET /api/export/:site_id', () => {
  it('is a row for every day of the period, with zeros and empty rates for those without traffic', async () => {
    const site = await app.site(
      { domain: 'days.example' },
      pageView('/', { at: '2026-11-21T10:00Z', visitor: 'ann' }),
      pageView('/a', { at: '2026-11-21T10:00:30Z', visitor: 'ann' }),
      event('Signup', { at: '2026-11-22T10:00Z', visitor: 'ann' }),
    );
    const answer = await app.get(`/api/export/${site.id}?period=2026-11-20,2026-11-22`);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="days.example_2026-11-20_2026-11-22.csv"',
      'cache-control': 'no-store',
    });
    expect(answer.text).toBe(
      'date,visitors,visits,pageviews,events,bounce_rate,visit_duration\r\n' +
        '2026-11-20,0,0,0,0,,\r\n' +
        '2026-11-21,1,1,2,0,0,30\r\n' +
        '2026-11-22,1,1,0,1,0,0\r\n',
    );
  });

  it('is 30 days where no period is said', async () => {
    const site = await app.site({});
    expect(parseCsv((await app.get(`/api/export/${site.id}`)).text)).toHaveLength(31);
  });

  it('is the whole breakdown of a metric, row by row what the stats say', async () => {
    const hits = Array.from({ length: 2_500 }, (_, i) =>
      pageView(`/page/${i}`, { at: Date.parse('2026-11-22T00:00Z') + i * 1000, visitor: `visitor ${i % 700}` }),
    );
    const site = await app.site({ domain: 'bücher.example' }, ...hits);
    const answer = await app.get(`/api/export/${site.id}?metric=pathname`);
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="xn--bcher-kva.example_pathname_2026-10-25_2026-11-23.csv"; ' +
        "filename*=UTF-8''b%C3%BCcher.example_pathname_2026-10-25_2026-11-23.csv",
    );
    const [header, ...rows] = parseCsv(answer.text);
    expect(header).toEqual([
      ...['value', 'visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration', 'scroll_depth', 'time_on_page'],
    ]);
    expect(rows).toHaveLength(2_500);

    const told: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { json } = await app.get(`/api/stats/${site.id}?limit=1000${cursor && `&cursor=${cursor}`}`);
      for (const row of json.breakdown) told.push(Object.values(row).map((value) => String(value ?? '')));
      cursor = json.next_cursor;
    }
    expect(rows).toEqual(told);
  });

  it('has the number of events in place of what they have not', async () => {
    const site = await app.site({}, event('Signup', { at: '2026-11-22T10:00Z' }));
    const { text } = await app.get(`/api/export/${site.id}?metric=event`);
    expect(text).toBe('value,visitors,visits,events\r\nSignup,1,1,1\r\n');
  });

  it('lets no spreadsheet run what a visitor sent', async () => {
    const name = '=HYPERLINK("http://evil.example","x")';
    const site = await app.site({}, event(name, { at: '2026-11-22T10:00Z' }));
    const { text } = await app.get(`/api/export/${site.id}?metric=event`);
    expect(parseCsv(text)[1]?.[0]).toBe(`'${name}`);
  });

  it('exports what text may be in the log', async () => {
    const names = ['a,b', 'a"b', 'a\r\nb', '\u{1f9a9}', '\ufffd', '\u0001', "'", ' '];
    const site = await app.site({}, ...names.map((name) => event(name, { at: '2026-11-22T10:00Z' })));
    const { text } = await app.get(`/api/export/${site.id}?metric=event`);
    const [, ...rows] = parseCsv(text);
    expect(rows.map(([value]) => value).sort()).toEqual([...names].sort());
  });

  it('waits for slow clients without the others’ connections, and is free again when they go away', async () => {
    // More than the buffers of a socket take.
    const long = 'x'.repeat(1_900);
    const { id, append } = await app.site({});
    for (let batch = 0; batch < 7; batch += 1) {
      const paths = Array.from({ length: 1_000 }, (_, i) => `/${batch}/${i}/${long}`);
      await append(...paths.map((path) => pageView(path, { at: '2026-11-22T10:00Z', visitor: path })));
    }
    await app.fold();
    await app.app.listen(0, '127.0.0.1');
    const url = `${await app.app.getUrl()}/api/export/${id}?metric=pathname`;
    const ask = () => request(url, { authorization: app.authorization });

    const slow = [await ask(), await ask()];
    expect(slow.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const third = await ask();
    expect([third.statusCode, third.headers['retry-after']]).toEqual([503, '10']);
    third.destroy();

    for (const answer of slow) answer.destroy();
    const again = [await askUntilFree(ask), await askUntilFree(ask)];
    for (const answer of again) {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
      expect(parseCsv(text)).toHaveLength(7_001);
    }
  });

  it.each(['period=x', 'metric=x', 'metric=', 'metric=os&metric=os'])('refuses %s', async (query) => {
    const site = await app.site({});
    const answer = await app.get(`/api/export/${site.id}?${query}`);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.json).toMatchObject({ status: 400, errors: [{ pointer: `/${query.split('=', 1).join()}` }] });
  });

  it('needs an identity, of a public site too', async () => {
    const site = await app.site({ public: true });
    expect((await app.getUnknown(`/api/export/${site.id}`)).status).toBe(401);
    expect((await app.get('/api/export/x')).status).toBe(404);
  });
});
