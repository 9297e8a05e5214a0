import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { anyText } from '../../test/arbitrary/text.ts';
import * as alert from './alert.ts';

describe('a condition', () => {
  it.each([
    ['lt', 10, 9.9, true],
    ['lt', 10, 10, false],
    ['gt', 10, 10, false],
    ['gt', 10, 10.1, true],
    ['gt', 0, 0, false],
    ['lt', 0, 0, false],
    ['lt', 1, null, false],
    ['gt', 0, null, false],
  ] as const)('%s %d of %p: %p', (operator, threshold, value, expected) => {
    expect(alert.holds({ operator, threshold }, value)).toBe(expected);
  });
});

describe('the state', () => {
  const condition = { metric: 'visitors', operator: 'gt', threshold: 10 } as const;

  it('turns when the truth does, and only then: over any findings starts and stops take turns', () => {
    const finding = fc.oneof(fc.constant('unknown' as const), fc.record({ value: fc.option(fc.integer({ max: 20 })) }));
    fc.assert(
      fc.property(fc.array(finding), (findings) => {
        let isFiring = false;
        for (const found of findings) {
          const turn = alert.turnOf(condition, isFiring, found);
          if (found === 'unknown') expect(turn).toBeNull();
          else {
            const now = found.value !== null && found.value > 10;
            expect(turn).toBe(now === isFiring ? null : now ? 'started' : 'stopped');
            isFiring = now;
          }
        }
      }),
    );
  });

  it('starts at the first check where it holds there already', () => {
    expect(alert.turnOf(condition, false, { value: 11 })).toBe('started');
  });

  it('is unknown before the first check and while nothing can be known, whatever was before', () => {
    expect(alert.stateOf({ isFiring: true, isEvaluated: false })).toBe('unknown');
    expect(alert.stateOf({ isFiring: true, isEvaluated: true })).toBe('firing');
    expect(alert.stateOf({ isFiring: false, isEvaluated: true })).toBe('ok');
  });

  it.each([
    [null, true],
    [60.1, true],
    [60, false],
    [0, false],
  ])('figures %p seconds behind are too old: %p', (lag, expected) => {
    expect(alert.isTooOld(lag)).toBe(expected);
  });
});

describe('an address', () => {
  it.each([
    ['you@example.com', 'you@example.com'],
    ["O'Neil+tag.x@Mail.Example.COM", "O'Neil+tag.x@Mail.Example.COM"],
    ['you@münchen.example', 'you@xn--mnchen-3ya.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%s goes out as %s', (typed, address) => {
    expect(alert.plainAddress(typed)).toBe(address);
  });

  it.each([
    '', '@', 'you', 'you@', '@example.com', 'you@example', 'a@b@example.com', 'you @example.com', ' you@example.com',
    'you@example.com ', 'you@example.com\r\nBcc: evil@example.com', 'you\n@example.com', 'you@exa\tmple.com',
    'you\u0000@example.com', 'you@example.com\u0000', 'a@example.com,b@example.com', 'a@example.com;b@example.com',
    'You <you@example.com>', '<you@example.com>', '"you"@example.com', 'you(x)@example.com', 'yóu@example.com',
    'you@[127.0.0.1]', 'you@127.0.0.1', 'you@0x7f.1', 'you@-a.example', 'you@a..example', 'you@example.com.',
    '.you@example.com', 'you.@example.com', 'y..u@example.com', 'you@example.com%0d%0a', 'you@ex%61mple.com',
    'you@example.com:25', 'you@example\u2028.com', 'you@example。com\u200b,', `${'a'.repeat(65)}@example.com`,
    `you@${'a'.repeat(64)}.example`, `you@${'abcdefgh.'.repeat(30)}example`, `${'a'.repeat(9_000)}@example.com`,
    'you@xn--.example', 'you@\ud800.example',
  ])('%j is none', (typed) => {
    expect(alert.plainAddress(typed)).toBeNull();
    expect(alert.emailFault(typed)).toMatch(/must be one e-mail address/);
  });

  it('of whatever text holds nothing but visible ASCII and one @', () => {
    const part = anyText();
    fc.assert(
      fc.property(part, part, (local, domain) => {
        const address = alert.plainAddress(`${local}@${domain}.example`);
        if (address !== null) expect(address).toMatch(/^[!-?A-~]+@[\w.-]+$/);
      }),
    );
    expect(domainToASCII('münchen.example')).toBe('xn--mnchen-3ya.example');
  });
});

it.each([
  ['metric', alert.metricFault('pages'), /visitors, pageviews/],
  ['metric', alert.metricFault(['visitors']), /one of/],
  ['metric', alert.metricFault('visits'), undefined],
  ['operator', alert.operatorFault('lte'), /lt or gt/],
  ['operator', alert.operatorFault('gt'), undefined],
  ['window', alert.windowFault('1h'), /24h/],
  ['window', alert.windowFault(null), undefined],
  ['threshold', alert.thresholdFault('10', 'visits'), /number/],
  ['threshold', alert.thresholdFault(-1, 'visits'), /at least 0/],
  ['threshold', alert.thresholdFault(Infinity, 'visits'), /number/],
  ['threshold', alert.thresholdFault(NaN, 'visits'), /number/],
  ['threshold', alert.thresholdFault(1.5, 'bounce_rate'), /from 0 to 1/],
  ['threshold', alert.thresholdFault(1.5, 'visits'), undefined],
  ['threshold', alert.thresholdFault(0, 'bounce_rate'), undefined],
])('of a field %s: %p', (_, fault, expected) => {
  if (expected === undefined) expect(fault).toBeUndefined();
  else expect(fault).toMatch(expected);
});
