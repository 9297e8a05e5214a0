import type { BatchElement } from '../../commands/record-hits/accept-batch.command.ts';
import { InvalidInput, TooLarge } from '../../platform/errors.ts';
import { checkBatch, MAX_EVENTS } from './check-batch.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const U = 'https://example.com/';

const check = (body: unknown): BatchElement[] => checkBatch(body, NOW);
const one = (event: object): BatchElement | undefined => check([{ u: U, ...event }])[0];

function faults(body: unknown): string[] {
  try {
    check(body);
  } catch (e) {
    if (e instanceof InvalidInput) return e.errors.map(({ pointer }) => pointer);
    throw e;
  }
  throw new Error('nothing was wrong with it');
}

it('takes an array of events, or an object that has it', () => {
  const events = [{ u: U, n: 'Signup', p: { plan: 'pro' } }, { url: U, name: 'pageview' }];
  const bodies = [check(events), check({ events, more: 1 })];
  for (const elements of bodies) {
    expect(elements.map(({ body }) => [body.url, body.name, body.props])).toEqual([
      [U, 'Signup', '{"plan":"pro"}'],
      [U, null, null],
    ]);
  }
  expect(bodies.map(([, second]) => second?.pointer)).toEqual(['/1', '/events/1']);
  expect(check([])).toEqual([]);
});

it.each([[undefined], [null], ['x'], [1], [{}], [{ events: { 0: { u: U } } }], [{ u: U }]])('%j is no batch', (body) => {
  expect(faults(body)).toEqual(['']);
});

it(`takes ${MAX_EVENTS} events and no more`, () => {
  const events = Array.from({ length: MAX_EVENTS + 1 }, () => ({ u: U }));
  expect(check(events.slice(1))).toHaveLength(MAX_EVENTS);
  expect(() => check(events)).toThrow(TooLarge);
  expect(() => check({ events })).toThrow('A batch has at most 1000 events; this one has 1001.');
});

describe('the time', () => {
  it.each([
    ['2026-03-02T11:00:00Z', '2026-03-02T11:00:00.000Z'],
    ['2026-03-02T12:30:00.5+01:00', '2026-03-02T11:30:00.500Z'],
    [NOW - 1, '2026-03-02T11:59:59.999Z'],
    [NOW - 0.5, '2026-03-02T11:59:59.999Z'],
    [NOW + 60_000, '2026-03-02T12:01:00.000Z'],
    ['1999-01-01T00:00:00Z', '1999-01-01T00:00:00.000Z'],
  ])('%j is %s, whatever its field is called', (sent, iso) => {
    for (const field of ['at', 'timestamp', 'ts']) {
      expect(new Date(one({ [field]: sent })?.at ?? 0).toISOString()).toBe(iso);
    }
  });

  it('may be left out', () => {
    for (const event of [{}, { at: null }, { at: undefined }]) expect(one(event)).not.toHaveProperty('at');
  });

  it.each([
    [NOW + 60_001], ['2026-03-02T12:01:01Z'], ['2026-03-02T11:00:00'], ['2026-03-02'], ['yesterday'], [''], [true], [{}],
    [Math.floor(NOW / 1_000)], [-1], [0], [1e300], [String(NOW)], ['2026-02-30T00:00:00Z'],
  ])('%j is none', (at) => {
    expect(faults([{ u: U, at }])).toEqual(['/0/at']);
    expect(faults({ events: [{ u: U, timestamp: at }] })).toEqual(['/events/0/timestamp']);
  });
});

describe('the visitor', () => {
  it('is an address and a user agent, each by two names', () => {
    expect(one({ ip: '203.0.113.7', ua: 'Mozilla/5.0' })).toMatchObject({ ip: '203.0.113.7', userAgent: 'Mozilla/5.0' });
    expect(one({ ip_address: '2001:DB8::0:1', user_agent: '' })).toMatchObject({ ip: '2001:db8::1', userAgent: '' });
    expect(one({ ip: '::ffff:203.0.113.7' })?.ip).toBe('203.0.113.7');
    expect(one({ ip: null, ua: null })).toEqual({ pointer: '/0', body: expect.any(Object) });
  });

  it.each([['localhost'], ['203.0.113.7:80'], ['203.0.113.0/24'], [''], [' 203.0.113.7'], [1], [{}]])('has no address %j', (ip) => {
    expect(faults([{ u: U, ip }])).toEqual(['/0/ip']);
  });

  it.each([[1], [{}], ['x'.repeat(8_193)]])('has no user agent %j', (ua) => {
    expect(faults([{ u: U, ua }])).toEqual(['/0/ua']);
  });
});

describe('the site', () => {
  it('is one, by a name or by its id', () => {
    expect(one({})?.body.sites).toBeNull();
    expect(one({ d: 'example.com' })?.body.sites).toEqual(['example.com']);
    expect(one({ d: 'example.com,example.com' })?.body.sites).toEqual(['example.com']);
    expect(one({ site_id: 'an-id', d: 'example.com' })?.body.sites).toEqual(['an-id']);
    expect(faults([{ u: U, d: 'a.example,b.example' }])).toEqual(['/0/d']);
    expect(faults([{ u: U, site_id: 1 }])).toEqual(['/0/site_id']);
  });
});

it('names all that is wrong, in every event', () => {
  const events = [
    { u: U },
    null,
    [],
    { u: 'ftp://example.com/', at: 'x' },
    { n: {}, ip: 1, ua: 2 },
    { u: U, p: { 'a/b': 'x'.repeat(2_001) } },
    { url: 'mailto:a@example.com' },
  ];
  expect(faults({ events })).toEqual([
    '/events/1', '/events/2', '/events/3/at', '/events/3/u', '/events/4/n', '/events/4/ip', '/events/4/ua',
    '/events/5/p/a~1b', '/events/6/url',
  ]);
});

it('names no more than twenty, and one in words', () => {
  const events = Array.from({ length: 500 }, () => ({ u: 1, ip: 2 }));
  expect(faults(events)).toHaveLength(20);
  expect(() => check(events)).toThrow('0/u must be the URL of a page; and 19 more.');
});
