import type { IncomingHit } from './accept-hit.command.ts';
import { Draft, type Edge } from './draft.ts';
import { hitLimits, waitAtDoor } from './hit-limits.ts';
import { limitHit } from './limit-hit.ts';

describe('the limits of hits', () => {
  const few = { client: { perSecond: 0.1, burst: 2 }, site: { perSecond: 0.1, burst: 3 } };
  const frozen = () => 1_000;

  function step(limits: ReturnType<typeof hitLimits>, headers: Record<string, string>, siteId = 7) {
    const incoming = { body: {}, headers, peer: '203.0.113.9' } as unknown as IncomingHit;
    const draft = new Draft(incoming, 0);
    draft.site = { siteId, id: 'a-site', account: null } as Draft['site'];
    const canWriteEvents = (authorization?: string) => Promise.resolve(authorization === 'Bearer good');
    return limitHit(draft, { limits, trustedProxies: [], canWriteEvents } as unknown as Edge);
  }

  it('let a client’s burst in at the door, and then tell it to wait', () => {
    const limits = hitLimits(few, frozen);
    expect([1, 2, 3].map(() => waitAtDoor(limits, {}, 'a'))).toEqual([0, 0, 10]);
    expect(waitAtDoor(limits, {}, 'b')).toBe(0);
  });

  it('let whoever is not to be told apart pass the door', () => {
    const limits = hitLimits(few, frozen);
    expect([1, 2, 3].map(() => waitAtDoor(limits, {}, null))).toEqual([0, 0, 0]);
  });

  it('let in who shows a key, until too many wrong ones came from there', () => {
    const limits = hitLimits(few, frozen);
    const keyed = { authorization: 'Bearer x' };
    for (let i = 0; i < 9; i += 1) expect(waitAtDoor(limits, keyed, 'a')).toBe(0);
    limits.wrongKey.take('a');
    limits.wrongKey.take('a');
    expect(waitAtDoor(limits, keyed, 'a')).toBe(10);
    expect(waitAtDoor(limits, {}, 'a')).toBe(0);
  });

  it('count a site’s hits, whoever sends them', () => {
    const limits = hitLimits(few, frozen);
    const answers = [1, 2, 3, 4].map(() => step(limits, { origin: 'https://a.example' }));
    expect(answers).toEqual([undefined, undefined, undefined, { outcome: 'limited', by: 'site', retryAfterSeconds: 10 }]);
    expect(step(limits, {}, 8)).toBeUndefined();
  });

  it('charge a good key’s hits to the site alone', async () => {
    const limits = hitLimits(few, frozen);
    const good = { origin: 'https://a.example', authorization: 'Bearer good' };
    for (let i = 0; i < 3; i += 1) expect(await step(limits, good)).toBeUndefined();
    expect(await step(limits, good)).toMatchObject({ outcome: 'limited', by: 'site' });
    expect(limits.client.wait('203.0.113.9')).toBe(0);
  });

  it('charge hits with an Origin and a bad key to their sender', async () => {
    const limits = hitLimits({ ...few, site: null }, frozen);
    const bad = { origin: 'https://a.example', authorization: 'Bearer bad' };
    expect([await step(limits, bad), await step(limits, bad)]).toEqual([undefined, undefined]);
    expect(await step(limits, bad)).toMatchObject({ outcome: 'limited', by: 'client', retryAfterSeconds: 10 });
  });
});
