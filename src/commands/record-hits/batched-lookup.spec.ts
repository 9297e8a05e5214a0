import { Unavailable } from '../../platform/errors.ts';
import { batchedLookup } from './batched-lookup.ts';

function setUp(o: { maxKeys?: number; maxWaiting?: number } = {}) {
  const calls: { keys: string[]; answer: (how?: 'fail') => void }[] = [];
  const get = batchedLookup<string, string>({
    what: 'It',
    maxKeys: o.maxKeys ?? 10,
    maxWaiting: o.maxWaiting ?? 10,
    load: (keys) =>
      new Promise((resolve, reject) => {
        const answer = (how?: 'fail') =>
          how === 'fail' ? reject(new Error('down')) : resolve(new Map(keys.map((key) => [key, key.toUpperCase()])));
        calls.push({ keys, answer });
      }),
  });
  return { calls, get };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a batched lookup', () => {
  it('asks at once, and together for what comes while it waits', async () => {
    const { calls, get } = setUp();
    const answers = Promise.all([get('a'), get('b'), get('c'), get('b')]);
    expect(calls.map((call) => call.keys)).toEqual([['a']]);
    calls[0]?.answer();
    await turn();
    expect(calls.map((call) => call.keys)).toEqual([['a'], ['b', 'c']]);
    calls[1]?.answer();
    expect(await answers).toEqual(['A', 'B', 'C', 'B']);
  });

  it('asks in calls of a bounded size', async () => {
    const { calls, get } = setUp({ maxKeys: 2 });
    const answers = Promise.all(['a', 'b', 'c', 'd'].map(get));
    calls[0]?.answer();
    await turn();
    calls[1]?.answer();
    await turn();
    expect(calls.map((call) => call.keys)).toEqual([['a'], ['b', 'c'], ['d']]);
    calls[2]?.answer();
    expect(await answers).toEqual(['A', 'B', 'C', 'D']);
  });

  it('fails those of one call, and goes on', async () => {
    const { calls, get } = setUp();
    const first = get('a');
    const second = get('b');
    calls[0]?.answer('fail');
    await expect(first).rejects.toThrow(Unavailable);
    calls[1]?.answer();
    expect(await second).toBe('B');
  });

  it('refuses what there is no room for', async () => {
    const { calls, get } = setUp({ maxWaiting: 1 });
    const answers = [get('a'), get('b')];
    await expect(get('c')).rejects.toThrow(Unavailable);
    calls[0]?.answer();
    await turn();
    calls[1]?.answer();
    expect(await Promise.all(answers)).toEqual(['A', 'B']);
  });
});
