import { canonicalHost, hostOfOrigin } from '../../domain/host.ts';
import { parseCidrList, type Cidr } from '../../domain/ip.ts';
import { pathMatcher } from '../../domain/exclusion.ts';
import { spamMatcher } from '../../domain/rules/v1/spam/spam-hosts.ts';
import { interpretAgent } from '../../domain/rules/v1/agent/interpret-agent.ts';
import { visitorId } from '../../domain/visitor-id.ts';
import { VERDICT, type NewHit } from '../../log/hit.ts';
import type { Accepted, EventBody, IncomingHit } from './accept-hit.command.ts';
import { Draft, type Edge } from './draft.ts';
import type { DropReason } from './drop-reasons.ts';
import { hitLimits } from './hit-limits.ts';
import type { DirectorySite } from './site-directory.ts';
import { STEPS, toHit } from './steps.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SALT = Buffer.alloc(32, 7);
/** 23:30 in Berlin on the 1st of March. */
const NOW = Date.parse('2026-03-01T22:30:00Z');

const SITE: DirectorySite = {
  siteId: 7,
  id: '0192f0c8-0000-7000-8000-000000000007',
  account: null,
  domain: 'example.com',
  timezone: 'Europe/Berlin',
  excludedIps: [],
  isExcludedPath: () => false,
  queryKeys: [],
  respectGpc: false,
  aliases: [],
};

interface Given {
  body?: Partial<EventBody>;
  headers?: Record<string, string | undefined>;
  peer?: string;
  site?: Partial<DirectorySite>;
  /** Found only when the database is asked. */
  newSite?: string;
  trusted?: string;
  keyFor?: string;
  isImage?: boolean;
  namesElsewhere?: boolean;
  byMachine?: boolean;
  limits?: Parameters<typeof hitLimits>[0];
}

function cidrs(text: string): Cidr[] {
  const parsed = parseCidrList(text);
  if (!parsed.ok) throw new Error(parsed.errors.join());
  return parsed.list;
}

interface Passed {
  /** Where a step ended the way. */
  answer?: Accepted;
  endedAt?: string;
  /** Where none did. */
  hit?: NewHit;
  dropped?: DropReason | null;
  counted: unknown[];
  refused: string[];
  forwarded: number;
  keysAskedFor: unknown[];
}

async function pass(given: Given = {}): Promise<Passed> {
  const site = { ...SITE, ...given.site };
  const seen: Passed = { counted: [], refused: [], forwarded: 0, keysAskedFor: [] };
  let found = false;
  const edge: Edge = {
    sites: {
      start: () => Promise.resolve(),
      stop: () => undefined,
      get: (host) => (host === site.domain || (found && host === given.newSite) ? site : undefined),
      named: (name) => (name === site.id || canonicalHost(name) === site.domain ? site : undefined),
      find(host) {
        found = true;
        return Promise.resolve(host === given.newSite ? site : undefined);
      },
    },
    agentOf: (userAgent) => Promise.resolve({ userAgent, agentId: 3, bot: interpretAgent(userAgent).bot }),
    salts: { get: () => Promise.resolve(SALT), purge: () => undefined },
    countryOf: (ip) => (ip === '8.8.8.8' ? 'US' : null),
    isSpamHost: spamMatcher(['spam.example']),
    canWriteEvents(authorization, asked) {
      const siteId = asked?.id ?? null;
      seen.keysAskedFor.push(siteId);
      return Promise.resolve(authorization === 'Bearer good' && (siteId === null || siteId === (given.keyFor ?? siteId)));
    },
    trustedProxies: cidrs(given.trusted ?? ''),
    ledger: {
      count: (...count) => void seen.counted.push(count),
      refuse: (host) => void seen.refused.push(host),
      flush: () => Promise.resolve(),
    },
    limits: hitLimits(given.limits ?? { client: null, site: null }),
    hostOf: hostOfOrigin,
    noteForwarded: () => void (seen.forwarded += 1),
    clock: () => NOW,
  };
  const incoming: IncomingHit = {
    body: {
      name: null,
      url: 'https://example.com/pricing',
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
      ...given.body,
    },
    headers: { origin: 'https://example.com', 'user-agent': FIREFOX, ...given.headers },
    peer: given.peer ?? '203.0.113.9',
    isImage: given.isImage ?? false,
    namesElsewhere: given.namesElsewhere ?? false,
    byMachine: given.byMachine ?? false,
  };
  const draft = new Draft(incoming, NOW);
  for (const step of STEPS) {
    const answer = await step.run(draft, edge);
    if (answer !== undefined) return { ...seen, answer, endedAt: step.name };
  }
  return { ...seen, hit: toHit(draft), dropped: draft.dropped };
}

const UNKNOWN = { outcome: 'dropped', reason: 'unknown_site' };
const visitorAt = (ip: string, userAgent = FIREFOX) => visitorId(SALT, SITE.id, ip, userAgent);

describe('the way of a hit', () => {
  it('turns what the browser says into what is logged', async () => {
    const { hit, dropped } = await pass({
      body: {
        url: 'https://www.Example.com/pricing?utm_source=hn&token=secret&gclid=abc#top',
        referrer: 'https://ann:pw@www.google.com/search?q=shoes#x',
        width: 1920,
        durationMs: 5000,
        props: '{"plan":"pro"}',
      },
      peer: '8.8.8.8',
    });
    expect(dropped).toBeNull();
    expect(hit).toEqual({
      siteId: 7,
      visitor: visitorAt('8.8.8.8'),
      occurredAt: NOW,
      day: '2026-03-01',
      hour: 23,
      agentId: 3,
      hostname: 'example.com',
      pathname: '/pricing',
      query: 'utm_source=hn',
      clickId: 'gclid',
      referrer: 'https://google.com/search',
      country: 'US',
      width: 1920,
      durationMs: 5000,
      scroll: null,
      verdict: null,
      name: null,
      props: '{"plan":"pro"}',
      vitals: null,
      interactive: null,
      revenue: null,
      via: null,
    });
  });

  it('lets a report on the page left pass as what it is', async () => {
    const { hit } = await pass({ body: { name: 'engagement', durationMs: 9000, scroll: 80 } });
    expect(hit).toMatchObject({ name: 'engagement', durationMs: 9000, scroll: 80 });
  });
});

describe('origin → site', () => {
  it.each(['https://EXAMPLE.com', 'https://www.example.com', 'http://example.com:80', 'https://example.com.:443'])(
    '%s is example.com',
    async (origin) => expect((await pass({ headers: { origin } })).hit?.siteId).toBe(7),
  );

  it.each([
    [{ sites: ['example.com'] }, 'https://example.com', 7],
    [{ sites: ['www.Example.com'] }, 'https://example.com', 7],
    [{ sites: [SITE.id] }, 'https://example.com', 7],
    [{ sites: ['example.com'] }, 'https://blog.example.com', 7],
    [{ sites: ['other.example'] }, 'https://example.com', undefined],
    [{ sites: ['example.com'] }, 'https://evil.example', undefined],
    [{ sites: ['example.com'] }, 'https://notexample.com', undefined],
    [{ sites: [SITE.id] }, 'https://evil.example', undefined],
    [{ sites: ['nobody'] }, 'https://example.com', undefined],
    [{ sites: ['com'] }, 'https://example.com', 7],
  ])('a hit that names %j and comes from %s is of %j', async (body, origin, siteId) => {
    const { hit, answer, refused } = await pass({ body, headers: { origin } });
    expect(hit?.siteId).toBe(siteId);
    if (siteId === undefined) expect(answer).toEqual(UNKNOWN);
    expect(refused).not.toContain('example.com');
  });

  it('a name that another analytics gave, and nobody here has, says nothing', async () => {
    const named = (name: string, more: Given = {}) => pass({ body: { sites: [name] }, namesElsewhere: true, ...more });
    const theirs = 'e676c9b4-11e4-4ef1-a4d7-87001773e9f2';
    const fromElsewhere = { headers: { origin: 'https://evil.example' } };
    expect((await named(theirs)).hit?.siteId).toBe(7);
    expect((await named(SITE.id)).hit?.siteId).toBe(7);
    expect((await named(theirs, fromElsewhere)).answer).toEqual(UNKNOWN);
    expect((await named(SITE.id, fromElsewhere)).answer).toEqual(UNKNOWN);
    const keyed = { headers: { origin: undefined, authorization: 'Bearer good' } };
    expect((await named(theirs, keyed)).hit?.siteId).toBe(7);
    expect((await named(theirs, { ...keyed, namesElsewhere: false })).answer).toEqual(UNKNOWN);
  });

  it('a hit that names its host without the port is of the site with the port', async () => {
    const site = { domain: 'localhost:3000' };
    const headers = { origin: 'http://localhost:3000' };
    expect((await pass({ site, headers, body: { sites: ['localhost'] } })).hit?.siteId).toBe(7);
    expect((await pass({ site, headers, body: { sites: ['localhost:4000'] } })).answer).toEqual(UNKNOWN);
  });

  it('an image comes from where its Referer says', async () => {
    const headers = { origin: undefined, referer: 'https://example.com/a?b=c' };
    expect((await pass({ isImage: true, headers })).hit?.siteId).toBe(7);
    expect((await pass({ headers })).answer).toEqual({ outcome: 'no_key' });
    const elsewhere = { ...headers, referer: 'https://evil.example/' };
    expect((await pass({ isImage: true, headers: elsewhere })).answer).toEqual(UNKNOWN);
  });

  it('keeps the host of the page beside it, where the two differ', async () => {
    expect((await pass({ body: { url: 'https://shop.example.com/' } })).hit?.hostname).toBe('shop.example.com');
  });

  it('refuses a host that is no site, and lists it', async () => {
    const { answer, refused } = await pass({ headers: { origin: 'https://www.Unknown.example' } });
    expect(answer).toEqual(UNKNOWN);
    expect(refused).toEqual(['unknown.example']);
  });

  it('finds a site that is newer than what it knows', async () => {
    const { hit } = await pass({ headers: { origin: 'https://new.example' }, newSite: 'new.example' });
    expect(hit?.siteId).toBe(7);
  });

  it.each(['null', '', 'https://example.com, https://example.com', 'file://', 'ftp://example.com', 'example.com'])(
    'Origin "%s" is of no site, even beside a key, and lists no host',
    async (origin) => {
      const { answer, refused } = await pass({ headers: { origin, authorization: 'Bearer good' } });
      expect(answer).toEqual(UNKNOWN);
      expect(refused).toEqual([]);
    },
  );

  it('tells a malformed URL before an unknown site', async () => {
    const { answer } = await pass({ headers: { origin: 'null' }, body: { url: 'javascript:alert(1)' } });
    expect(answer).toMatchObject({ outcome: 'invalid', pointer: '/u' });
  });

  describe('without Origin', () => {
    const keyed = (more: Given = {}): Given => ({
      ...more,
      headers: { origin: undefined, authorization: 'Bearer good', ...more.headers },
    });

    it('needs a key', async () => {
      const { answer, refused, keysAskedFor } = await pass({ headers: { origin: undefined } });
      expect(answer).toEqual({ outcome: 'no_key' });
      expect([refused, keysAskedFor]).toEqual([[], []]);
    });

    it('needs one that is good, and good for that site', async () => {
      expect((await pass(keyed({ headers: { authorization: 'Bearer bad' } }))).answer).toEqual({ outcome: 'no_key' });
      expect((await pass(keyed({ keyFor: 'another' }))).answer).toEqual({ outcome: 'no_key' });
      expect((await pass(keyed({ keyFor: SITE.id }))).keysAskedFor).toEqual([SITE.id]);
    });

    it('takes the host of Referer, then that of u', async () => {
      const url = 'https://other.example/';
      const referer = 'https://www.example.com/a';
      expect((await pass(keyed({ headers: { referer }, body: { url } }))).hit).toMatchObject({ hostname: 'other.example' });
      expect((await pass(keyed({ headers: { referer: 'https://other.example/' } }))).hit?.siteId).toBe(7);
      expect((await pass(keyed())).hit?.siteId).toBe(7);
    });

    it('asks whether it may write for a site that it did not know', async () => {
      const body = { url: 'https://new.example/' };
      expect((await pass(keyed({ body, newSite: 'new.example' }))).hit?.siteId).toBe(7);
      const { answer } = await pass(keyed({ body, newSite: 'new.example', keyFor: 'another' }));
      expect(answer).toEqual({ outcome: 'no_key' });
    });

    it('refuses a host that is no site', async () => {
      const { answer, refused } = await pass(keyed({ body: { url: 'https://unknown.example/' } }));
      expect(answer).toEqual(UNKNOWN);
      expect(refused).toEqual(['unknown.example']);
    });
  });
});

describe('page URL and referrer', () => {
  it.each(['javascript:alert(1)', 'about:blank', 'https://', '/pricing', '', `https://example.com/${'x'.repeat(2049)}`])(
    'u "%.30s" is invalid',
    async (url) => {
      expect(await pass({ body: { url } })).toMatchObject({ answer: { outcome: 'invalid', pointer: '/u' } });
    },
  );

  it('keeps the site’s own query keys', async () => {
    const { hit } = await pass({ body: { url: 'https://example.com/s?q=shoes&x=1' }, site: { queryKeys: ['q'] } });
    expect(hit).toMatchObject({ pathname: '/s?q=shoes', query: null });
  });

  it('counts a referrer that is no URL as none', async () => {
    expect((await pass({ body: { referrer: 'javascript:alert(1)' } })).hit?.referrer).toBeNull();
  });
});

describe('client address', () => {
  const headers = { 'x-forwarded-for': '8.8.8.8, 10.0.0.2' };

  it('believes proxies that are trusted', async () => {
    const { hit, forwarded } = await pass({ headers, peer: '10.0.0.1', trusted: '10.0.0.0/8' });
    expect(hit).toMatchObject({ country: 'US', visitor: visitorAt('8.8.8.8') });
    expect(forwarded).toBe(0);
  });

  it('believes nobody else, and notes that they forward', async () => {
    const { hit, forwarded } = await pass({ headers, peer: '203.0.113.9', trusted: '10.0.0.0/8' });
    expect(hit).toMatchObject({ country: null, visitor: visitorAt('203.0.113.9') });
    expect(forwarded).toBe(1);
  });

  it('can do without an address, on a unix socket', async () => {
    expect((await pass({ peer: '' })).hit).toMatchObject({ country: null, visitor: visitorAt('') });
  });
});

describe('exclusion', () => {
  it('counts an excluded address on the site’s local day and logs nothing', async () => {
    const { answer, endedAt, counted } = await pass({ site: { excludedIps: cidrs('203.0.113.0/24') } });
    expect(answer).toEqual({ outcome: 'dropped', reason: 'excluded_ip' });
    expect(endedAt).toBe('exclusion');
    expect(counted).toEqual([[7, '2026-03-01', 'excluded_ip']]);
  });

  it('heeds Sec-GPC where the site says so, and only 1', async () => {
    const headers = { 'sec-gpc': '1' };
    expect((await pass({ headers, site: { respectGpc: true } })).answer).toEqual({ outcome: 'dropped', reason: 'gpc' });
    expect((await pass({ headers })).dropped).toBeNull();
    expect((await pass({ headers: { 'sec-gpc': '0' }, site: { respectGpc: true } })).dropped).toBeNull();
  });

  it('logs an excluded path all the same', async () => {
    const { hit, dropped } = await pass({ site: { isExcludedPath: pathMatcher(['/pri*']) } });
    expect(dropped).toBe('excluded_path');
    expect(hit).toMatchObject({ pathname: '/pricing', verdict: null });
  });
});

describe('bot, prefetch, spam', () => {
  it.each(['curl/8.11.0', '', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'])(
    'the user agent "%s" is a bot’s; the log knows by the agent',
    async (userAgent) => {
      const { hit, dropped } = await pass({ headers: { 'user-agent': userAgent } });
      expect(dropped).toBe('bot');
      expect(hit?.verdict).toBeNull();
    },
  );

  it('a request without user agent is a bot’s', async () => {
    expect((await pass({ headers: { 'user-agent': undefined } })).dropped).toBe('bot');
  });

  it('a bot by its headers has a verdict, as headers are not kept', async () => {
    const { hit, dropped } = await pass({ headers: { 'sec-ch-ua': '"HeadlessChrome";v="140"' } });
    expect(dropped).toBe('bot');
    expect(hit?.verdict).toBe(VERDICT.botByHeader);
  });

  it('so has one of which its client says that a machine drives it', async () => {
    const { hit, dropped } = await pass({ byMachine: true });
    expect([dropped, hit?.verdict]).toEqual(['bot', VERDICT.botByHeader]);
  });

  it.each(['prefetch', 'prefetch;prerender'])('Sec-Purpose: %s has a verdict', async (purpose) => {
    const { hit, dropped } = await pass({ headers: { 'sec-purpose': purpose } });
    expect(dropped).toBe('prefetch');
    expect(hit?.verdict).toBe(VERDICT.prefetch);
  });

  it('spam is told by the referrer', async () => {
    const { hit, dropped } = await pass({ body: { referrer: 'https://www.spam.example/x?y' } });
    expect(dropped).toBe('spam_referrer');
    expect(hit).toMatchObject({ referrer: 'https://spam.example/x', verdict: null });
  });

  it('names the first reason of several', async () => {
    const both = { headers: { 'user-agent': 'curl/8' }, body: { referrer: 'https://spam.example' } };
    expect((await pass(both)).dropped).toBe('bot');
    expect((await pass({ ...both, site: { isExcludedPath: () => true } })).dropped).toBe('excluded_path');
  });
});
