import { rateLimit, type Rate } from './rate-limit.ts';

/** A limit, and a clock that stands until it is moved. Begins far from 0, as a process's clock does. */
function given(rate: Rate | null, maxKeys?: number) {
  let now = 123_456.789;
  const limit = rateLimit(rate, () => now, maxKeys);
  return {
    limit,
    pass: (seconds: number) => void (now += seconds * 1_000),
    takeAll: (times: number, key = 'a') => Array.from({ length: times }, () => limit.take(key)),
  };
}

const passed = (answers: readonly number[]): number => answers.filter((seconds) => seconds === 0).length;

describe('a rate limit', () => {
  it('lets a burst pass at once, and no more', () => {
    const { takeAll } = given({ perSecond: 50, burst: 200 });
    expect(passed(takeAll(1_000))).toBe(200);
  });

  it('lets as many pass later as the time gives, up to a burst', () => {
    const { takeAll, pass } = given({ perSecond: 50, burst: 200 });
    takeAll(200);
    pass(1);
    expect(passed(takeAll(1_000))).toBe(50);
    pass(3_600);
    expect(passed(takeAll(1_000))).toBe(200);
  });

  it('lets the sustained rate pass for ever', () => {
    const { limit, pass } = given({ perSecond: 3, burst: 1 });
    for (let i = 0; i < 10_000; i += 1) {
      expect(limit.take('a')).toBe(0);
      pass(1 / 3);
    }
  });

  it('says after how many seconds one passes, which is then true', () => {
    for (const rate of [
      { perSecond: 50, burst: 200 },
      { perSecond: 0.1, burst: 3 },
      { perSecond: 7, burst: 1 },
    ]) {
      const { limit, takeAll, pass } = given(rate);
      takeAll(rate.burst);
      const seconds = limit.take('a');
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBe(Math.max(1, Math.ceil(1 / rate.perSecond)));
      pass(seconds);
      expect(limit.take('a')).toBe(0);
    }
  });

  it('takes many at once where there is room for all of them, and says when there will be', () => {
    const { limit, pass, takeAll } = given({ perSecond: 10, burst: 100 });
    takeAll(40);
    expect(limit.take('a', 61)).toBe(1);
    expect(limit.wait('a', 60)).toBe(0);
    expect(limit.take('a', 60)).toBe(0);
    expect(limit.take('a')).toBe(1);
    expect(limit.take('a', 50)).toBe(5);
    pass(5);
    expect(limit.take('a', 50)).toBe(0);
  });

  it('takes more than a burst where nothing was taken, and lets the next wait for all of it', () => {
    const { limit, pass } = given({ perSecond: 10, burst: 100 });
    expect(limit.take('a')).toBe(0);
    expect(limit.take('a', 1_000)).toBe(1);
    pass(1);
    expect(limit.take('a', 1_000)).toBe(0);
    expect(limit.take('a')).toBe(91); // (1,000 - 100 + 1) / 10, in whole seconds
    pass(91);
    expect(limit.take('a')).toBe(0);
  });

  it('charges nothing for what it refused', () => {
    const { limit, takeAll, pass } = given({ perSecond: 1, burst: 10 });
    takeAll(100_000);
    pass(1);
    expect(limit.take('a')).toBe(0);
  });

  it('takes nothing when it is asked how long to wait', () => {
    const { limit, takeAll } = given({ perSecond: 1, burst: 2 });
    expect([limit.wait('a'), limit.wait('a'), limit.wait('a')]).toEqual([0, 0, 0]);
    expect(takeAll(3)).toEqual([0, 0, 1]);
    expect(limit.wait('a')).toBe(1);
  });

  it('is fair: one that floods costs the others nothing', () => {
    const { takeAll } = given({ perSecond: 1, burst: 5 });
    takeAll(10_000, 'flood');
    expect(takeAll(5, 'other')).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps no more keys than it may, and forgets those that were quiet for longest', () => {
    const { limit } = given({ perSecond: 0.001, burst: 1 }, 100);
    limit.take('quiet');
    for (let i = 0; i < 99; i += 1) limit.take(i);
    limit.take(0);
    limit.take('one more');
    expect(limit.wait(0)).toBeGreaterThan(0);
    expect(limit.wait('quiet')).toBe(0);
  });

  it('lets everything pass where there is none', () => {
    const { takeAll } = given(null);
    expect(passed(takeAll(100_000))).toBe(100_000);
  });
});
