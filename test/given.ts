import { createHash, randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { localDayHour } from '../src/domain/local-time.ts';
import { agentIds } from '../src/log/agents.ts';
import { appendEvent } from '../src/log/append-event.ts';
import { appendHits, type AppendedHits } from '../src/log/append-hits.ts';
import { ENGAGEMENT, type NewHit } from '../src/log/hit.ts';
import type { Db } from '../src/platform/database.ts';

/**
 * What a test starts from, by naming only what matters to it:
 * ```ts
 * const site = await given(db).site({ timezone: 'Europe/Berlin' });
 * await site.append(
 *   pageView('/', { at: '2026-03-02T09:00Z', visitor: 'ann', referrer: 'https://google.com' }),
 *   engagement('/', 12, { at: '2026-03-02T09:00:12Z', visitor: 'ann' }),
 *   event('Signup', { at: '2026-03-02T09:05Z', visitor: 'ann', props: { plan: 'pro' } }),
 * );
 * ```
 */
export function given(db: Db) {
  return {
    site: (options: SiteOptions = {}): Promise<GivenSite> => makeSite(db, options),
  };
}

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

export interface SiteOptions {
  domain?: string;
  name?: string;
  /** Default UTC. */
  timezone?: string;
  public?: boolean;
}

export interface GivenSite {
  /** The public id. */
  readonly id: string;
  /** The key of the hits. */
  readonly siteId: number;
  readonly domain: string;
  readonly timezone: string;
  /** One batch, in the order given, which is the order of the positions. */
  append(...hits: GivenHit[]): Promise<AppendedHits>;
  /** The same as what goes to `appendHits`, to be sent by other ways. */
  newHits(...hits: GivenHit[]): Promise<NewHit[]>;
}

/** A hit as a test gives it: the site, its local time and the agent's id are not known yet. */
export interface GivenHit extends Omit<NewHit, 'siteId' | 'visitor' | 'day' | 'hour' | 'agentId'> {
  /** A name stands for a person, who is another visitor at each site and on each local day. */
  visitor: string | bigint;
  userAgent: string;
}

export interface HitOptions extends Partial<Omit<GivenHit, 'occurredAt' | 'durationMs' | 'props' | 'vitals' | 'name'>> {
  /** Default now. Text without a zone is UTC. */
  at?: string | number | Date;
  /** `t` of the wire. */
  seconds?: number;
  props?: Record<string, string>;
  vitals?: Record<string, number>;
}

export function pageView(pathname: string, options: HitOptions = {}): GivenHit {
  const { at, seconds, props, vitals, ...rest } = options;
  return {
    visitor: 'somebody',
    userAgent: FIREFOX,
    hostname: 'example.com',
    query: null,
    clickId: null,
    referrer: null,
    country: null,
    width: null,
    scroll: null,
    verdict: null,
    interactive: null,
    revenue: null,
    via: null,
    ...rest,
    pathname,
    name: null,
    occurredAt: instant(at),
    durationMs: seconds === undefined ? null : Math.round(seconds * 1000),
    props: props === undefined ? null : JSON.stringify(props),
    vitals: vitals === undefined ? null : JSON.stringify(vitals),
  };
}

/** A custom event, on `/` unless `pathname` says where. */
export function event(name: string, options: HitOptions = {}): GivenHit {
  return { ...pageView(options.pathname ?? '/', options), name };
}

/** A report on the page left: `seconds` (null: none told) of it were visible. */
export function engagement(pathname: string, seconds: number | null, options: HitOptions = {}): GivenHit {
  return { ...pageView(pathname, seconds === null ? options : { ...options, seconds }), name: ENGAGEMENT };
}

/** As the edge would have logged it at this site. */
export function toNewHit(hit: GivenHit, site: { siteId: number; timezone: string }, agentId: number): NewHit {
  const { userAgent: _, visitor, ...rest } = hit;
  const { day, hour } = localDayHour(hit.occurredAt, site.timezone);
  const id = typeof visitor === 'bigint' ? visitor : visitorNamed(visitor, site.siteId, day);
  return { ...rest, siteId: site.siteId, visitor: id, day, hour, agentId };
}

/** The stand-in for the salted hash. */
function visitorNamed(name: string, siteId: number, day: string): bigint {
  return createHash('sha256').update(`${siteId} ${day} ${name}`).digest().readBigInt64BE(0);
}

function instant(at: string | number | Date | undefined): number {
  if (at === undefined) return Date.now();
  if (typeof at === 'number') return at;
  if (at instanceof Date) return at.getTime();
  const ms = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(at) ? at : `${at}Z`);
  if (Number.isNaN(ms)) throw new RangeError(`not a time: ${at}`);
  return ms;
}

async function makeSite(db: Db, options: SiteOptions): Promise<GivenSite> {
  const id = randomUUID();
  const domain = options.domain ?? `${id}.example`;
  const timezone = options.timezone ?? 'UTC';
  const name = options.name ?? domain;
  const isPublic = options.public ?? false;
  const siteId = await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ site_id: number; created_at: Date }>`
      insert into sites (site_id, id, domain, name, public, timezone, created_at, version)
      values (nextval('site_ids')::int, ${id}, ${domain}, ${name}, ${isPublic}, ${timezone}, now(), 1)
      returning site_id, created_at`.execute(tx);
    const made = rows[0];
    if (made === undefined) throw new Error('no site was made');
    const data = { id, site_id: made.site_id, domain, name, timezone, public: isPublic, folder_id: null, account: null };
    await appendEvent(tx, {
      stream: `site:${id}`,
      expectedVersion: 0,
      type: 'SiteCreated',
      schemaVersion: 2,
      actor: 'system',
      commandId: randomUUID(),
      data: { ...data, created_at: made.created_at.toISOString() },
    });
    return made.site_id;
  });
  const newHits = async (...hits: GivenHit[]): Promise<NewHit[]> => {
    const ids = await agentIds(db, [...new Set(hits.map((hit) => hit.userAgent))]);
    return hits.map((hit) => toNewHit(hit, { siteId, timezone }, ids.get(hit.userAgent) ?? 0));
  };
  const append = async (...hits: GivenHit[]) => appendHits(db, randomUUID(), await newHits(...hits));
  return { id, siteId, domain, timezone, append, newHits };
}
