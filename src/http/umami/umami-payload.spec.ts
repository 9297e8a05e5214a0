import fc from 'fast-check';
import { anyText } from '../../../test/arbitrary/text.ts';
import type { EventBody } from '../../commands/record-hits/accept-hit.command.ts';
import { checkUmami } from './umami-payload.ts';

const WEBSITE = 'e676c9b4-11e4-4ef1-a4d7-87001773e9f2';
const ORIGIN = 'https://example.com';
/** As the tracker of Umami 3 sends it. */
const VIEW = {
  website: WEBSITE,
  screen: '1920x1080',
  language: 'en-US',
  title: 'Pricing',
  hostname: 'example.com',
  url: 'https://example.com/pricing?utm_source=hn',
  referrer: 'https://news.ycombinator.com/',
};

const check = (sent: unknown, origin: string | undefined = ORIGIN) =>
  checkUmami(Buffer.from(typeof sent === 'string' ? sent : JSON.stringify(sent)), origin);
const event = (payload: object, origin?: string) => check({ type: 'event', payload }, origin);
function bodyOf(result: ReturnType<typeof check>): EventBody | null {
  if (!result.ok) throw new Error(`refused: ${result.pointer} ${result.detail}`);
  return result.body;
}
const faultOf = (result: ReturnType<typeof check>) => (result.ok ? null : result.pointer);

it('a page view is one', () => {
  expect(bodyOf(event(VIEW))).toEqual({
    name: null,
    url: VIEW.url,
    referrer: VIEW.referrer,
    width: 1920,
    durationMs: null,
    scroll: null,
    props: null,
    vitals: null,
    interactive: true,
    revenue: null,
    hashRouting: false,
    sites: [WEBSITE],
  });
});

it('a name makes it an event, with data as its properties; what is nested is left out', () => {
  const data = { plan: 'pro', n: 5, yes: true, list: [1], more: { a: 1 }, none: null };
  expect(bodyOf(event({ ...VIEW, name: 'Signup', data }))).toMatchObject({
    name: 'Signup',
    props: '{"plan":"pro","n":"5","yes":"true"}',
  });
  expect(bodyOf(event({ ...VIEW, name: 'Signup', data: [{ a: 1 }] }))?.props).toBeNull();
});

it.each([
  ['/pricing?x=1', 'shop.example.com', 'https://shop.example.com/pricing?x=1'],
  ['pricing', 'shop.example.com', 'https://shop.example.com/pricing'],
  ['//evil.example/x', 'example.com', 'https://example.com//evil.example/x'],
  ['https://other.example/x', 'example.com', 'https://other.example/x'],
  ['/pricing', undefined, 'https://example.com/pricing'],
  ['/pricing', '', 'https://example.com/pricing'],
])('the page of %j at %j is %s', (url, hostname, page) => {
  expect(bodyOf(event({ ...VIEW, url, hostname }))?.url).toBe(page);
});

it('an event without page is of the site as such; a page view has to have one', () => {
  expect(bodyOf(event({ name: 'Signup' }))?.url).toBe('https://example.com/');
  expect(faultOf(event({ website: WEBSITE }))).toBe('/payload/url');
  expect(faultOf(check({ type: 'event', payload: { name: 'Signup' } }, undefined))).toBeNull();
});

it.each([
  ['/#/about', true],
  ['/#!/about', true],
  ['/docs#install', false],
  ['/docs', false],
])('the fragment of %s is a route: %j', (url, is) => expect(bodyOf(event({ ...VIEW, url }))?.hashRouting).toBe(is));

it.each([['390x844', 390], ['0x0', null], ['x', null], ['9999999x1', null], [390, null], [null, null], ['390', null]])(
  'a screen of %j is as wide as %j',
  (screen, width) => expect(bodyOf(event({ ...VIEW, screen }))?.width).toBe(width),
);

it('vitals are a report on their page; how long the tracker looked is none', () => {
  const vitals = { lcp: 1234.5, inp: 80, cls: 0.01, fcp: 900, ttfb: 100, duration: 10_000 };
  expect(bodyOf(check({ type: 'performance', payload: { ...VIEW, ...vitals } }))).toMatchObject({
    name: 'engagement',
    url: VIEW.url,
    vitals: '{"lcp":1235,"inp":80,"cls":0.01}',
    durationMs: null,
    referrer: null,
    props: null,
  });
  expect(bodyOf(check({ type: 'performance', payload: { ...VIEW, ttfb: 100 } }))).toBeNull();
});

it('who a visitor is, is not kept', () => {
  expect(bodyOf(check({ type: 'identify', payload: { ...VIEW, id: 'ann', data: { email: 'a@b.example' } } }))).toBeNull();
});

it.each([
  ['', 'x'],
  ['', []],
  ['', ''],
  ['/type', {}],
  ['/type', { type: 'link', payload: VIEW }],
  ['/payload', { type: 'event' }],
  ['/payload', { type: 'event', payload: [] }],
  ['/payload/name', { type: 'event', payload: { ...VIEW, name: 'x'.repeat(121) } }],
  ['/payload/name', { type: 'event', payload: { ...VIEW, name: 'engagement' } }],
  ['/payload/website', { type: 'event', payload: { ...VIEW, website: 5 } }],
  ['/payload/referrer', { type: 'event', payload: { ...VIEW, referrer: {} } }],
  ['/payload/hostname', { type: 'event', payload: { ...VIEW, hostname: [] } }],
  ['/payload/url', { type: 'event', payload: { ...VIEW, url: 5 } }],
  ['/payload/data', { type: 'event', payload: { ...VIEW, name: 'x', data: 5 } }],
  ['/payload/data/a', { type: 'event', payload: { ...VIEW, name: 'x', data: { a: 'x'.repeat(2001) } } }],
])('%j is what is wrong with %.60j', (pointer, sent) => expect(faultOf(check(sent))).toBe(pointer));

it('never throws, and gives only what can be stored', () => {
  const odd = fc.oneof(anyText(), fc.jsonValue(), fc.constantFrom('\0', '\ud800', '__proto__', 'x'.repeat(60_000)));
  const payload = fc.record(
    { website: odd, url: odd, hostname: odd, referrer: odd, screen: odd, name: odd, data: odd, lcp: odd, cls: odd },
    { requiredKeys: [] },
  );
  const sent = fc.record({ type: fc.constantFrom('event', 'performance', 'identify'), payload: fc.oneof(payload, odd) });
  fc.assert(
    fc.property(fc.oneof({ weight: 5, arbitrary: sent }, { weight: 1, arbitrary: odd }), odd, (value, origin) => {
      const checked = check(JSON.stringify(value), typeof origin === 'string' ? origin : undefined);
      if (!checked.ok || checked.body === null) return;
      for (const stored of [checked.body.name, checked.body.props, checked.body.vitals]) {
        expect(stored ?? '').not.toMatch(/\0|\\u0000/);
        expect((stored ?? '').isWellFormed()).toBe(true);
      }
    }),
  );
});
