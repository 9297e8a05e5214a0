import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { anyText } from '../../../test/arbitrary/text.ts';
import { EventDto, LONG_NAMES } from './event.dto.ts';
import { MAX_DEPTH } from '../problem/json-depth.ts';
import { checkEvent, checkEventValue, type WireResult } from './wire-check.ts';

const U = 'https://example.com/';
const send = (text: string): WireResult => checkEvent(Buffer.from(text));
const sendValue = (value: unknown): WireResult => send(JSON.stringify(value));

function bodyOf(result: WireResult) {
  if (!result.ok) throw new Error(`refused: ${result.pointer} ${result.detail}`);
  return result.body;
}
const faultOf = (result: WireResult) => (result.ok ? null : result.pointer);

describe('the body as a whole', () => {
  it('takes a page view with its URL alone', () => {
    expect(bodyOf(sendValue({ u: U }))).toEqual({
      name: null,
      url: U,
      referrer: null,
      width: null,
      durationMs: null,
      scroll: null,
      props: null,
      vitals: null,
      interactive: true,
      revenue: null,
      hashRouting: false,
      sites: null,
    });
  });

  it('takes everything that the documentation lists', () => {
    const sent = { n: 'Signup', u: U, r: 'https://google.com', w: 1920, t: 5.5, p: { plan: 'pro', n: 1, b: true }, s: 80 };
    expect(bodyOf(sendValue({ ...sent, v: { lcp: 1200.4, inp: 80, cls: 0.12345 } }))).toEqual({
      name: 'Signup',
      url: U,
      referrer: 'https://google.com',
      width: 1920,
      durationMs: 5500,
      scroll: 80,
      props: '{"plan":"pro","n":"1","b":"true"}',
      vitals: '{"lcp":1200,"inp":80,"cls":0.1235}',
      interactive: true,
      revenue: null,
      hashRouting: false,
      sites: null,
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'u=https://example.com/'],
    ['half of it', '{"u":"https://example.com/"'],
    ['a list', '[{"u":"https://example.com/"}]'],
    ['text', '"https://example.com/"'],
    ['a number', '1'],
    ['null', 'null'],
    ['something after it', '{"u":"https://example.com/"} x'],
    ['a NUL in the JSON', '{"u":"https://example.com/\0"}'],
  ])('refuses %s', (_what, text) => {
    expect(send(text)).toMatchObject({ ok: false, status: 400, pointer: '' });
  });

  it('refuses what is no UTF-8', () => {
    const latin1 = Buffer.from('{"u":"https://example.com/","n":"Größe"}', 'latin1');
    expect(checkEvent(latin1)).toEqual({ ok: false, status: 400, pointer: '', detail: 'must be UTF-8' });
    expect(checkEvent(Buffer.from([0xed, 0xa0, 0x80]))).toMatchObject({ detail: 'must be UTF-8' });
  });

  it('takes a byte order mark, and bytes from the middle of a buffer', () => {
    expect(bodyOf(send(`\uFEFF{"u":"${U}"}`)).url).toBe(U);
    const buffer = Buffer.from(`xx{"u":"${U}"}xx`);
    expect(bodyOf(checkEvent(new Uint8Array(buffer.buffer, buffer.byteOffset + 2, buffer.length - 4))).url).toBe(U);
  });

  it('does not mind fields that it does not know, nor __proto__', () => {
    expect(bodyOf(send(`{"u":"${U}","x":{"y":[1]},"__proto__":{"n":"Sneaky"},"constructor":1}`)).name).toBeNull();
    expect(faultOf(send(`{"__proto__":{"u":"${U}"}}`))).toBe('/u');
  });

  it(`takes ${MAX_DEPTH} levels and refuses more, however they are made`, () => {
    const nested = (levels: number) => `{"u":"${U}","x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(send(nested(MAX_DEPTH)).ok).toBe(true);
    expect(send(nested(MAX_DEPTH + 1))).toMatchObject({ pointer: '', detail: expect.stringContaining('nested') });
    expect(send(`{"u":"${U}","x":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`).ok).toBe(false);
    expect(send('['.repeat(65_536)).ok).toBe(false);
    expect(send(`{"u":"${U}","x":"\\"${'['.repeat(100)}"}`).ok).toBe(true);
    expect(send(`{"u":"${U}","x":[${'[],'.repeat(500)}[]]}`).ok).toBe(true);
  });
});

describe('n', () => {
  it.each([
    [null, null],
    [undefined, null],
    ['', null],
    ['pageview', null],
    ['\0', null],
    ['Pageview', 'Pageview'],
    ['engagement', 'engagement'],
    [404, '404'],
    [-7, '-7'],
    [0, '0'],
    ['a\0b', 'ab'],
    ['\ud800', '\ufffd'],
    ['é'.repeat(120), 'é'.repeat(120)],
    ['🙂'.repeat(120), '🙂'.repeat(120)],
  ])('%j is stored as %j', (n, stored) => {
    expect(bodyOf(sendValue({ u: U, n })).name).toBe(stored);
  });

  it.each([['x'.repeat(121)], ['🙂'.repeat(121)], [1.5], [2 ** 53], [true], [[]], [{}]])('%j is refused', (n) => {
    expect(faultOf(sendValue({ u: U, n }))).toBe('/n');
  });

  it('1e400 is refused', () => {
    expect(faultOf(send(`{"u":"${U}","n":1e400}`))).toBe('/n');
  });
});

describe('u and r', () => {
  it.each([[undefined], [null], [1], [true], [[]], [{}]])('u as %j is refused', (u) => {
    expect(faultOf(sendValue({ u }))).toBe('/u');
  });

  it.each([[1], [true], [[]], [{}]])('r as %j is refused', (r) => {
    expect(faultOf(sendValue({ u: U, r }))).toBe('/r');
  });

  it.each([['javascript:alert(1)'], ['nonsense'], ['']])('r as %j is left to the referrer’s rules', (r) => {
    expect(bodyOf(sendValue({ u: U, r })).referrer).toBe(r);
  });

  it('names the first field at fault, in the documentation’s order', () => {
    expect(faultOf(sendValue({ p: 1, r: 1, n: true }))).toBe('/n');
    expect(faultOf(sendValue({ p: 1, r: 1 }))).toBe('/u');
    expect(faultOf(sendValue({ u: U, p: 1, r: 1 }))).toBe('/r');
  });
});

describe('w, t, s and v', () => {
  it.each([
    ['w', 'width', [1, 1], [100_000, 100_000], [1919.6, 1920]],
    ['t', 'durationMs', [0, 0], [86_400, 86_400_000], [0.0004, 0]],
    ['s', 'scroll', [0, 0], [100, 100], [33.3, 33]],
  ] as const)('%s is taken within its range', (field, stored, ...pairs) => {
    for (const [value, expected] of pairs) expect(bodyOf(sendValue({ u: U, [field]: value }))[stored]).toBe(expected);
  });

  it.each([
    ['w', 'width', [0, 0.9, 100_001, -1]],
    ['t', 'durationMs', [-0.1, 86_400.1]],
    ['s', 'scroll', [-1, 100.5]],
  ] as const)('%s is null out of its range, and for what is no number', (field, stored, values) => {
    for (const value of [...values, '5', true, [], {}, null]) {
      expect(bodyOf(sendValue({ u: U, [field]: value }))[stored]).toBeNull();
    }
    expect(bodyOf(send(`{"u":"${U}","${field}":1e400}`))[stored]).toBeNull();
  });

  it.each([
    [{ lcp: 0, inp: 1, cls: 0 }, '{"lcp":0,"inp":1,"cls":0}'],
    [{ lcp: -1, inp: '80', cls: 0.1, fid: 3 }, '{"cls":0.1}'],
    [{ cls: 1e-300 }, '{"cls":0}'],
    [{ lcp: 1e9, cls: 1e9 }, null],
    [{}, null],
    [[1, 2], null],
    [36, null],
    ['{"lcp":1}', null],
    [null, null],
  ])('v %j is stored as %j', (v, stored) => {
    expect(bodyOf(sendValue({ u: U, v })).vitals).toBe(stored);
  });
});

describe('p', () => {
  it('is an object, or a JSON string of one, of what becomes text', () => {
    expect(bodyOf(sendValue({ u: U, p: { a: 1, b: false, c: null, d: '', e: [], f: 'x\0\ud800' } })).props).toBe(
      '{"a":"1","b":"false","f":"x\ufffd"}',
    );
    expect(bodyOf(sendValue({ u: U, p: '{"plan":"pro"}' })).props).toBe('{"plan":"pro"}');
    expect(bodyOf(sendValue({ u: U, p: {} })).props).toBeNull();
  });

  it('may hold __proto__ and numbers beyond a double', () => {
    expect(bodyOf(send(`{"u":"${U}","p":{"__proto__":"x","n":1e400}}`)).props).toBe('{"__proto__":"x"}');
  });

  it.each([
    ['/p', 1],
    ['/p', []],
    ['/p', 'no JSON'],
    ['/p', { ['k'.repeat(301)]: 'x' }],
    ['/p', Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`k${i}`, i]))],
    ['/p/plan', { plan: 'x'.repeat(2001) }],
    ['/p/a~1b~0', { 'a/b~': 'é'.repeat(1001) }],
  ])('is refused at %s where it breaks a limit', (pointer, p) => {
    expect(faultOf(sendValue({ u: U, p }))).toBe(pointer);
  });
});

describe('the DTO', () => {
  const FIELDS = ['n', 'u', 'r', 'p', 'd', 'w', 't', 's', 'v', 'i', '$', 'h', 'e', 'sd'] as const;

  /** Under which name a field is there, if at all. */
  const nameOf = (value: object, field: (typeof FIELDS)[number]): string | undefined =>
    [field, ...((LONG_NAMES as Record<string, readonly string[]>)[field] ?? [])].find((name) => Object.hasOwn(value, name));

  /** The first field at fault, in the documentation's order and as sent; null for none, '' for the whole. */
  function faultByDto(value: unknown): string | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
    const dto = new EventDto();
    for (const field of FIELDS) {
      const name = nameOf(value, field);
      if (name !== undefined) dto[field] = (value as Record<string, unknown>)[name];
    }
    const wrong = validateSync(dto).map((error) => error.property);
    const field = FIELDS.find((one) => wrong.includes(one));
    return field === undefined ? null : (nameOf(value, field) ?? field);
  }

  const text = fc.oneof(
    anyText({ maxLength: 10 }),
    fc.constantFrom('pageview', 'engagement', '', '\0', '\ud800', U, '{"a":1}', '[]', '🙂'.repeat(120)),
    fc.integer({ min: 118, max: 123 }).map((length) => 'x'.repeat(length)),
    fc.integer({ min: 118, max: 123 }).map((length) => `${'x'.repeat(length)}\0`),
  );
  const odd = fc.oneof(
    { weight: 3, arbitrary: text },
    { weight: 2, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.constantFrom(2 ** 53, -(2 ** 53), 1e308, 120, -0)) },
    { weight: 2, arbitrary: fc.constantFrom(null, undefined, true, false, [], {}) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
  const props = fc.oneof(
    odd,
    fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'k'.repeat(300), 'k'.repeat(301))), odd, { maxKeys: 5 }),
    fc.integer({ min: 28, max: 33 }).map((n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 1]))),
    fc.integer({ min: 1998, max: 2002 }).map((length) => ({ long: 'x'.repeat(length) })),
  );
  const url = fc.oneof(fc.constant(U), odd);
  const sites = fc.oneof(odd, fc.integer({ min: 8, max: 12 }).map((n) => 'a,'.repeat(n)));
  const numbers = { w: odd, t: odd, s: odd, v: odd, h: odd, e: odd, sd: odd };
  const short = { n: odd, u: url, r: odd, p: props, d: sites, i: odd, $: odd, ...numbers };
  const long = { name: text, url: fc.constant(U), referrer: odd, domain: sites, interactive: odd, revenue: odd };
  const event = fc.oneof(
    { weight: 2, arbitrary: fc.record({ ...short, x: odd }, { requiredKeys: [] }) },
    ...['props', 'm', 'meta'].map((key) => ({
      weight: 1,
      arbitrary: fc.record({ ...long, [key]: props }, { requiredKeys: ['url'] }),
    })),
    {
      weight: 1,
      arbitrary: fc.record({ ...short, ...long, name: odd, url, props, m: props, meta: props }, { requiredKeys: [] }),
    },
  );

  it('refuses exactly the JSON values that the hand-written check refuses, for the same field', () => {
    const seen = new Map<string | null, number>();
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: event }, { weight: 1, arbitrary: fc.jsonValue() }), (sent) => {
        const value: unknown = JSON.parse(JSON.stringify(sent));
        const checked = checkEventValue(value);
        const fault = checked.ok ? null : (checked.pointer.split('/')[1] ?? '');
        seen.set(fault, (seen.get(fault) ?? 0) + 1);
        expect(faultByDto(value)).toBe(fault);
      }),
      { numRuns: 3_000 },
    );
    // Every kind of answer was met, so that the property says something about each.
    const names = ['n', 'name', 'u', 'url', 'r', 'referrer', 'p', 'props', 'm', 'meta', 'd', 'domain'];
    expect([...seen.keys()].sort()).toEqual(['', null, ...names].sort());
  });

  it('gives only what can be stored', () => {
    fc.assert(
      fc.property(event, (sent) => {
        const checked = checkEvent(Buffer.from(JSON.stringify(sent)));
        if (!checked.ok) return;
        const { name, width, durationMs, scroll, props: stored, vitals, revenue } = checked.body;
        for (const value of [name, stored, vitals, revenue]) {
          if (value === null) continue;
          expect(value.isWellFormed()).toBe(true);
          expect(value).not.toContain('\0');
          expect(value).not.toContain('\\u0000');
        }
        for (const value of [width, durationMs, scroll]) expect(value === null || Number.isInteger(value)).toBe(true);
      }),
    );
  });
});
