import fc from 'fast-check';
import { anyText } from '../../../../../test/arbitrary/text.ts';
import { DEVICE_CLASSES } from './device.ts';
import { APPS_AND_DEVICES } from './examples/apps-and-devices.ts';
import { BROWSERS } from './examples/browsers.ts';
import { MACHINES } from './examples/machines.ts';
import { deviceOf, interpretAgent } from './interpret-agent.ts';

const PEOPLE = [...BROWSERS, ...APPS_AND_DEVICES];

describe('people', () => {
  it.each(PEOPLE)('%s is %s on %s, %s', (userAgent, browser, os, device) => {
    expect(interpretAgent(userAgent)).toEqual({ browser, os, device, bot: false });
  });
});

describe('machines', () => {
  it.each(MACHINES)('%j is a bot', (userAgent) => {
    expect(interpretAgent(userAgent).bot).toBe(true);
  });

  it('does not let a crawler pass for wearing one of the odd versions of Chrome', () => {
    const odd = 'Mozilla/5.0 (compatible; Googlebot/2.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0.0';
    expect(interpretAgent(odd).bot).toBe(true);
  });
});

describe('the device of a visitor', () => {
  it.each([
    ['mobile', 1920, 'mobile'],
    ['tablet', 400, 'tablet'],
    ['tv', 960, 'tv'],
    ['desktop', 1, 'mobile'],
    ['desktop', 767, 'mobile'],
    ['desktop', 768, 'tablet'],
    ['desktop', 1023, 'tablet'],
    ['desktop', 1024, 'desktop'],
    [null, 400, 'mobile'],
    [null, 800, 'tablet'],
    [null, 1920, 'desktop'],
    ['mobile', null, 'mobile'],
    ['desktop', null, 'desktop'],
    ['tv', null, 'tv'],
    [null, null, null],
  ] as const)('that says %s at a width of %s is %s', (agentDevice, width, device) => {
    expect(deviceOf(agentDevice, width)).toBe(device);
  });
});

describe('any user agent', () => {
  const words = fc.constantFrom(
    'Mozilla/5.0', '(Macintosh', 'Windows ', 'iPhone', 'Android 14', 'like Gecko)', 'Chrome/1', 'FxiOS/', 'opt/1', 'TV',
    'Focus', 'Opera', 'Web0S', ' Ddg/1.', 'MSIE 1', '/', ' (', ';', '_1', 'Mobile/', '\u{1F600}', '\0',
  );
  const userAgent = fc.oneof(
    anyText({ maxLength: 600 }),
    fc.array(words, { maxLength: 120 }).map((list) => list.join('')),
  );
  const known = new Set<string | null>([null, ...PEOPLE.map(([, browser]) => browser)]);

  it('gets an answer, the same one twice, whatever stands behind the 512th character', () => {
    fc.assert(
      fc.property(userAgent, fc.string(), (text, more) => {
        const answer = interpretAgent(text);
        expect([null, ...DEVICE_CLASSES]).toContain(answer.device);
        expect(interpretAgent(text)).toEqual(answer);
        const long = text.padEnd(512, '.');
        expect(interpretAgent(long + more)).toEqual(interpretAgent(long));
      }),
      { numRuns: 1_000 },
    );
  });

  it('never becomes a browser of its own naming', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[B-Db-d]{3,12}$/), (name) => {
        expect(known).toContain(interpretAgent(`${name}/1.0 (Nowhere)`).browser);
      }),
    );
    expect(interpretAgent('MyOwnBrowser/1.0 (Nowhere; 1)').browser).toBeNull();
  });

  it('may be huge', () => {
    for (const part of ['/', '(', ' Ddg/1.', 'opt/1_1', 'web0s ', 'a-', '1.', 'Macintosh FxiOS ', '; a']) {
      expect(interpretAgent(part.repeat(100_000 / part.length))).toHaveProperty('bot');
    }
  });
});
