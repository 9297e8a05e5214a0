import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import { cleanProps } from './props.ts';
import { utf8Length } from './text.ts';

const NOT_AN_OBJECT = 'must be an object, a JSON string of an object, or null';

/** As an own property, whatever its name; an object literal would set the prototype. */
function json(text: string): unknown {
  return JSON.parse(text);
}

function many(n: number, value: unknown = 'x'): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value]));
}

describe('cleanProps', () => {
  it.each([
    ['numbers become text', '{"plan":"pro","n":5,"f":1.5}', { plan: 'pro', n: '5', f: '1.5' }],
    ['booleans become text', '{"yes":true,"no":false}', { yes: 'true', no: 'false' }],
    ['null, empty and nested values are left out', '{"a":null,"b":"","c":{},"d":[1],"e":"x"}', { e: 'x' }],
    ['zero is a value', '{"a":0,"b":-0}', { a: '0', b: '0' }],
    ['a number beyond a double is left out', '{"a":1e400,"b":-1e400,"c":1e300}', { c: '1e+300' }],
    ['an empty key is left out', '{"":"x","\\u0000":"y","a":"z"}', { a: 'z' }],
    ['NULs and lone surrogates go', '{"a\\u0000":"b\\u0000c","d":"\\ud800"}', { a: 'bc', d: '\ufffd' }],
    ['of keys that become equal the last wins', '{"a":"1","a\\u0000":"2"}', { a: '2' }],
    ['a value that is left out does not win', '{"a":"1","a\\u0000":null}', { a: '1' }],
    ['nothing but left-out values is nothing', '{"a":null}', null],
    ['an empty object is nothing', '{}', null],
    ['null is nothing', 'null', null],
  ])('%s', (_, text, props) => {
    const expected = { ok: true, props };
    expect(cleanProps(json(text))).toEqual(expected);
    // The same as a string inside the JSON, as some trackers send it.
    expect(cleanProps(text)).toEqual(expected);
  });

  it('of nothing is nothing', () => {
    expect(cleanProps(undefined)).toEqual({ ok: true, props: null });
  });

  it.each([5, true, [], ['a'], '', 'garbage', '[1]', '5', '"{}"', '{"a":'])('%j is refused', (p) => {
    expect(cleanProps(p)).toEqual({ ok: false, reason: NOT_AN_OBJECT });
  });

  it('takes 30 properties, not counting what is left out, and refuses 31', () => {
    const result = cleanProps({ ...many(30), empty: '', none: null, nested: {} });
    expect(result.ok && Object.keys(result.props ?? {})).toHaveLength(30);
    expect(cleanProps(many(31))).toEqual({ ok: false, reason: 'must have at most 30 properties' });
    expect(cleanProps({ ...many(30), 'k0\0': 'counts once' }).ok).toBe(true);
    expect(cleanProps(many(10_000, null))).toEqual({ ok: true, props: null });
  });

  it('counts bytes of keys and values, and refuses rather than cuts', () => {
    expect(cleanProps({ ['é'.repeat(150)]: 'x', v: 'é'.repeat(1000) }).ok).toBe(true);
    expect(cleanProps({ [`${'é'.repeat(150)}a`]: 'x' })).toEqual({
      ok: false,
      reason: 'keys must be at most 300 bytes',
    });
    expect(cleanProps({ v: `${'é'.repeat(1000)}a` })).toEqual({
      ok: false,
      reason: 'must be at most 2000 bytes',
      key: 'v',
    });
  });

  it('treats __proto__ and constructor as names like any other', () => {
    const result = cleanProps(json('{"__proto__":"p","constructor":"c","toString":"t"}'));
    if (!result.ok || result.props === null) throw new Error('expected properties');
    expect(Object.getPrototypeOf(result.props)).toBeNull();
    expect(JSON.stringify(result.props)).toBe('{"__proto__":"p","constructor":"c","toString":"t"}');
    expect(cleanProps(json('{"__proto__":{"polluted":true}}'))).toEqual({ ok: true, props: null });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('survives deep nesting', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    expect(cleanProps(`{"a":${deep},"b":1}`)).toEqual({ ok: true, props: { b: '1' } });
  });

  it('for any JSON value is refused with a reason or within the limits, storable and idempotent', () => {
    const key = fc.oneof(anyText(), fc.constantFrom('__proto__', 'constructor', '\0', '\ud800'));
    const value = fc.oneof(fc.jsonValue(), anyText(), fc.double(), fc.constant('x'.repeat(2001)));
    const objects = fc.dictionary(key, value, { maxKeys: 40 });
    fc.assert(
      fc.property(fc.oneof(objects, fc.anything(), fc.json()), (p) => {
        const result = cleanProps(p);
        if (!result.ok) return expect(result.reason).not.toBe('');
        if (result.props === null) return;
        const entries = Object.entries(result.props);
        expect(entries.length).toBeLessThanOrEqual(30);
        for (const [k, v] of entries) {
          expect(utf8Length(k)).toBeLessThanOrEqual(300);
          expect(utf8Length(v)).toBeLessThanOrEqual(2000);
          expect((k + v).isWellFormed()).toBe(true);
          expect(k + v).not.toContain('\0');
        }
        expect(cleanProps(result.props)).toEqual(result);
        expect(cleanProps(JSON.stringify(result.props))).toEqual(result);
      }),
      { numRuns: 500 },
    );
  });
});
