import { checkEvent, type WireResult } from './wire-check.ts';

const U = 'https://example.com/';
const sendValue = (value: unknown): WireResult => checkEvent(Buffer.from(JSON.stringify(value)));

function bodyOf(result: WireResult) {
  if (!result.ok) throw new Error(`refused: ${result.pointer} ${result.detail}`);
  return result.body;
}
const faultOf = (result: WireResult) => (result.ok ? null : result.pointer);

describe('what Plausible’s clients send', () => {
  it('is taken by long names', () => {
    const referrer = 'https://google.com';
    const sent = { name: 'Signup', url: U, referrer, domain: 'example.com', props: { plan: 'pro' } };
    expect(bodyOf(sendValue({ ...sent, interactive: false, revenue: { amount: 1, currency: 'EUR' } }))).toMatchObject({
      name: 'Signup',
      url: U,
      referrer,
      sites: ['example.com'],
      props: '{"plan":"pro"}',
      interactive: false,
      revenue: '{"amount":1,"currency":"EUR"}',
    });
  });

  it('is read by the short name where both are there, null too', () => {
    const long = { name: 'x', url: 'https://other.example/', referrer: 'https://x.example', domain: 'x', props: { x: 1 } };
    const short = { n: null, u: U, r: null, d: null, p: null, i: true, $: null };
    const besides = { m: { y: 1 }, interactive: false, revenue: { amount: 1, currency: 'EUR' } };
    expect(bodyOf(sendValue({ ...long, ...short, ...besides }))).toEqual(bodyOf(sendValue({ u: U })));
  });

  it.each(['props', 'm', 'meta'])('%s may be an object or a JSON string of one', (field) => {
    expect(bodyOf(sendValue({ u: U, [field]: { a: 1 } })).props).toBe('{"a":"1"}');
    expect(bodyOf(sendValue({ u: U, [field]: '{"a":"1"}' })).props).toBe('{"a":"1"}');
    expect(faultOf(sendValue({ u: U, [field]: 'x' }))).toBe(`/${field}`);
    expect(faultOf(sendValue({ u: U, [field]: { plan: 'x'.repeat(2001) } }))).toBe(`/${field}/plan`);
  });

  it.each([
    ['example.com', ['example.com']],
    [' a.example , b.example,', ['a.example', 'b.example']],
    ['a,'.repeat(10), Array<string>(10).fill('a')],
    ['', null],
    [' , ', null],
    [null, null],
  ])('d %j names %j', (d, names) => expect(bodyOf(sendValue({ u: U, d })).sites).toEqual(names));

  const tooMany = ['a,'.repeat(11), ','.repeat(60_000) + 'a,'.repeat(11)];
  it.each<unknown>([1, true, [], ['a'], {}, ...tooMany])('d is refused for what is no list of at most 10 names: case %#', (d) => {
    expect(faultOf(sendValue({ u: U, d }))).toBe('/d');
  });

  it.each([
    [1, true],
    [true, true],
    [0, false],
    ['1', false],
    [null, false],
  ])('h %j: hash routing is %j', (h, isOn) => expect(bodyOf(sendValue({ u: U, h })).hashRouting).toBe(isOn));

  it.each([
    [false, false],
    [true, true],
    [0, true],
    ['false', true],
    [null, true],
  ])('i %j: interactive is %j', (i, is) => expect(bodyOf(sendValue({ u: U, n: 'x', i })).interactive).toBe(is));

  it.each([
    [{ amount: 10.29, currency: 'EUR' }, '{"amount":10.29,"currency":"EUR"}'],
    [{ amount: '10.290', currency: 'usd', x: 1 }, '{"amount":"10.290","currency":"USD"}'],
    [{ amount: -3, currency: 'EUR' }, '{"amount":-3,"currency":"EUR"}'],
  ])('$ %j is kept as %j', ($, kept) => expect(bodyOf(sendValue({ u: U, n: 'Bought', $ })).revenue).toBe(kept));

  const notMoney = [{}, null, 5, 'x', [], { amount: 1 }, { currency: 'EUR' }, { amount: 1, currency: 'EURO' }];
  const notAmounts = ['', '1,5', '1e9', ' 1', 'NaN', '"', '9'.repeat(16), null, true, {}, 1e21, 1e-7];
  it.each<unknown>([...notMoney, ...notAmounts.map((amount) => ({ amount, currency: 'EUR' }))])(
    '$ %j is ignored',
    ($) => expect(bodyOf(sendValue({ u: U, n: 'Bought', $ })).revenue).toBeNull(),
  );

  it('v that is its version is no vital', () => expect(bodyOf(sendValue({ u: U, v: 36 })).vitals).toBeNull());

  it('an engagement says milliseconds and scroll by names of its own', () => {
    const of = (more: object) => bodyOf(sendValue({ n: 'engagement', u: U, ...more }));
    expect(of({ e: 4321.6, sd: 66.6 })).toMatchObject({ durationMs: 4322, scroll: 67 });
    expect(of({ e: 4321, sd: null })).toMatchObject({ durationMs: 4321, scroll: null });
    expect(of({ e: -1, sd: 101 })).toMatchObject({ durationMs: null, scroll: null });
    expect(of({ e: 86_400_001, sd: '5' })).toMatchObject({ durationMs: null, scroll: null });
    expect(of({ t: 2, s: 0, e: 4321, sd: 66 })).toMatchObject({ durationMs: 2000, scroll: 0 });
    expect(bodyOf(sendValue({ u: U, e: 4321, sd: 66 }))).toMatchObject({ durationMs: null, scroll: null });
  });
});
