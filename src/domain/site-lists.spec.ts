import { checkSiteList } from './site-lists.ts';

it('addresses and ranges are stored in one spelling, each once', () => {
  const list = [' 10.1.2.3/8 ', '10.0.0.0/8', '2001:DB8:0::1', '::ffff:192.0.2.1'];
  expect(checkSiteList('excluded_ips', list)).toEqual({
    entries: ['10.0.0.0/8', '2001:db8::1', '192.0.2.1'],
    faults: [],
  });
});

it('paths are whole ones, with stars', () => {
  expect(checkSiteList('excluded_paths', [' /a/* ', '*.pdf', '/a/*']).entries).toEqual(['/a/*', '*.pdf']);
});

it('query keys are bare names, case included', () => {
  expect(checkSiteList('query_keys', ['q', 'Q', 'filter[a]', 'süß', 'utm_id']).faults).toEqual([]);
});

it.each([
  ['excluded_ips', ['1.1.1.1', 'x', '1.1.1.1,2.2.2.2', '', null, '10.0.0.0/33'], [1, 2, 3, 4, 5]],
  ['excluded_paths', ['a', '/ok', '', 5, '/a\u0001', `/${'x'.repeat(2048)}`], [0, 2, 3, 4, 5]],
  ['query_keys', ['a=b', '?q', 'a b', '', 'gclid', 'x'.repeat(101), '\u0000', 'ok', ['q'], '%71', '\ud800'],
    [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]],
  ['aliases', ['', ' ', 'a b', 'a,b', 'a\u0000', 'x'.repeat(101), 'ü'.repeat(100), null, '\ud800', 'a\u2028b', '\u200b'],
    [0, 1, 3, 4, 5, 7, 8, 9, 10]],
] as const)('each bad entry of %s is named', (name, list, indices) => {
  const { faults } = checkSiteList(name, list);
  expect(faults.map((fault) => fault.index)).toEqual(indices);
  expect(faults.every((fault) => /^must /.test(fault.reason))).toBe(true);
});

it('a list has a length that every hit can be held against', () => {
  const too = { excluded_ips: 1_001, excluded_paths: 501, query_keys: 51, aliases: 21 } as const;
  for (const name of ['excluded_ips', 'excluded_paths', 'query_keys', 'aliases'] as const) {
    const of = (length: number) => checkSiteList(name, Array(length).fill(5)).faults;
    expect(of(too[name])).toEqual([{ index: null, reason: `must have at most ${too[name] - 1} entries` }]);
    expect(of(too[name] - 1)).toHaveLength(Math.min(100, too[name] - 1));
  }
});
