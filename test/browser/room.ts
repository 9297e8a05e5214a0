import { startTestServer, type TestServer } from '../e2e/harness.ts';
import { lineOf, readHits, type LoggedHit } from './logged.ts';
import { pagesOf, scriptTag, type SiteSetup, type TestSite } from './site.ts';
import { startHostServer, type Answer } from './host-server.ts';

/** The whole application with a database of its own, and web servers of any number of sites. See `openRoom`. */
export interface Room {
  readonly antics: TestServer;
  /** Of Antics, as pages see it: `http://stats.test:40321`, another site than theirs. */
  readonly stats: string;
  /** Registers a site at a host of its own and serves its pages, with the tracker on each. */
  site(setup: SiteSetup): Promise<TestSite>;
  /**
   * All that is in the log of a site, in its order, once at least so many hits are, and whatever was under way
   * besides has arrived too. Fewer where no more come within some seconds, so that a test shows what is missing.
   */
  hits(site: TestSite, atLeast: number): Promise<LoggedHit[]>;
  /**
   * Waits until so many hits of a site are in the log. A test does it between two acts whose requests must not overtake
   * each other: they leave in the order of the acts, on several connections.
   */
  arrived(site: TestSite, count: number): Promise<void>;
  /** The same as `hits`, a line each: see `lineOf`. */
  lines(site: TestSite, atLeast: number): Promise<string[]>;
  /** Serves another host, such as a proxy's, as `http://name.test:port`. Gives its origin. */
  serve(name: string, answer: Answer): string;
  close(): Promise<void>;
}

/** In a page of the site `origin`, which has no tracker: runs JavaScript that stands there until its promise is settled. */
export type OpenPage = (url: string) => Promise<(expression: string) => Promise<unknown>>;

const ARRIVES_MS = 10_000;

/** @param openPage of the browser whose hits the room is to wait for */
export async function openRoomOf(openPage: OpenPage, env: Record<string, string> = {}): Promise<Room> {
  const antics = await startTestServer(env);
  const web = await startHostServer();
  const { db } = antics.database;
  const stats = `http://stats.test:${new URL(antics.server.baseUrl).port}`;
  let sites = 0;

  const site = async (setup: SiteSetup): Promise<TestSite> => {
    const host = `${setup.name ?? `s${++sites}.site.test`}:${web.port}`;
    const id = setup.isRegistered === false ? '' : (await antics.createSite({ domain: host })).id;
    if (setup.settings) {
      const set = await antics.ask(`/api/sites/${id}`, { method: 'PUT', body: setup.settings });
      if (set.status !== 200) throw new Error(set.text);
    }
    const made = { host, origin: `http://${host}`, id, requests: [] as string[] };
    web.serve(host, pagesOf(made, setup, scriptTag(`${stats}/antics.js`, setup.tag)));
    return made;
  };

  // What a browser sends last of all is logged last of all.
  const watched = await site({ pages: { '/': '' }, head: '' });
  const evaluate = await openPage(`${watched.origin}/`);
  const sendLast = (): Promise<unknown> =>
    evaluate(`fetch('${stats}/api/event', { method: 'POST', body: JSON.stringify({ n: 'last', u: location.href }) })
      .then((answer) => { if (answer.status !== 202) throw new Error(answer.status); })`);

  const arrived = async (of: TestSite, count: number): Promise<void> => {
    const end = Date.now() + ARRIVES_MS;
    while ((await readHits(db, of.id)).length < count && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const hits = async (of: TestSite, atLeast: number): Promise<LoggedHit[]> => {
    await arrived(of, atLeast);
    await sendLast();
    return readHits(db, of.id);
  };

  return {
    antics,
    stats,
    site,
    hits,
    arrived,
    lines: async (of, atLeast) => (await hits(of, atLeast)).map((hit) => lineOf(hit, of.host)),
    serve(name, answer) {
      const host = `${name}.test:${web.port}`;
      web.serve(host, answer);
      return `http://${host}`;
    },
    async close() {
      await web.close();
      await antics.stop();
    },
  };
}
