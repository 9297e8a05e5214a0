import fc from 'fast-check';
import { anyText } from '../../../test/arbitrary/text.ts';
import { checkCount, type PageHeaders } from './count-parameters.ts';

const AT: PageHeaders = { origin: 'https://example.com', referer: 'https://example.com/' };
function bodyOf(query: string, headers = AT) {
  const checked = checkCount(new URLSearchParams(query), headers);
  if (!checked.ok) throw new Error(`refused: ${checked.pointer} ${checked.detail}`);
  return checked.body;
}

it('a page view as count.js sends it', () => {
  // get_path() gives path and query, and `q` is the query again.
  const query = '?p=%2Fpricing%3Futm_source%3Dhn&r=https%3A%2F%2Fa.example%2F&t=Pricing&s=1920&q=%3Futm_source%3Dhn&rnd=x1y2z';
  expect(checkCount(new URLSearchParams(query), AT)).toEqual({
    ok: true,
    byMachine: false,
    body: {
      name: null,
      url: 'https://example.com/pricing?utm_source=hn',
      referrer: 'https://a.example/',
      width: 1920,
      durationMs: null,
      scroll: null,
      props: null,
      vitals: null,
      interactive: true,
      revenue: null,
      hashRouting: true,
      sites: null,
    },
  });
});

it.each([
  ['p=pricing', 'https://example.com/pricing'],
  ['p=//evil.example/x', 'https://example.com//evil.example/x'],
  ['p=https://shop.example.com/x', 'https://shop.example.com/x'],
  ['p=/a%23/route&q=?utm_medium=cpc', 'https://example.com/a?utm_medium=cpc#/route'],
  ['p=/a?ref=x&q=?ref=y%26gclid=1%26token=secret', 'https://example.com/a?ref=x&gclid=1'],
  ['p=/a&q=?', 'https://example.com/a'],
])('the page of %s is %s', (query, url) => expect(bodyOf(query).url).toBe(url));

it('an event is of the page that shows it, as far as the browser says', () => {
  const here = (referer?: string) => bodyOf('p=Signup&e=true&q=?utm_source=hn', { ...AT, referer });
  expect(here('https://example.com/pricing?x=1')).toMatchObject({ name: 'Signup', url: 'https://example.com/pricing' });
  expect(here('https://example.com/')).toMatchObject({ name: 'Signup', url: 'https://example.com/' });
  expect(here()).toMatchObject({ url: 'https://example.com/' });
  expect(here('https://elsewhere.example/x')).toMatchObject({ url: 'https://example.com/' });
  expect(bodyOf('p=Signup&e=true', { referer: 'https://example.com/a' }).url).toBe('https://example.com/a');
});

it('where a page comes from nowhere it has a host that no site has; where nothing says it, none', () => {
  expect(bodyOf('p=/a', { origin: 'null' }).url).toBe('https://unknown.invalid/a');
  expect(bodyOf('p=/a', {}).url).toBe('/a');
});

it.each([
  ['s=1920,1080,2', 1920],
  ['s=390', 390],
  ['s=', null],
  ['s=x', null],
  ['s=0', null],
  ['s=1e99', 1],
])('%s is as wide as %j', (s, width) => expect(bodyOf(`p=/&${s}`).width).toBe(width));

it.each([['150', true], ['153', true], ['199', true], ['0', false], ['1', false], ['', false], ['x', false]])(
  'b=%s: a machine drives it: %j',
  (b, is) => expect(checkCount(new URLSearchParams(`p=/&b=${b}`), AT)).toMatchObject({ byMachine: is }),
);

it.each(['', 'p=', `p=${'x'.repeat(121)}&e=true`, 'p=engagement&e=true'])('"%.20s" is refused', (query) => {
  expect(checkCount(new URLSearchParams(query), AT)).toMatchObject({ ok: false, pointer: 'p' });
});

it('never throws', () => {
  const text = fc.oneof(anyText(), fc.constantFrom('\0', '\ud800', '%', '#?&', 'https://', '__proto__'));
  const query = fc.array(fc.tuple(fc.constantFrom('p', 'r', 'e', 's', 'b', 'q', 'x'), text));
  const headers = fc.record({ origin: text, referer: text }, { requiredKeys: [] });
  fc.assert(
    fc.property(query, headers, (pairs, sent) => {
      const checked = checkCount(new URLSearchParams(pairs), sent);
      if (checked.ok) expect((checked.body.name ?? '').isWellFormed()).toBe(true);
    }),
  );
});
