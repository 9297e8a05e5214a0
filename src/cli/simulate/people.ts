import { visitorId } from '../../domain/visitor-id.ts';
import { BOTS, BROWSERS, WIDTHS, type Form } from './agents.data.ts';
import { COUNTRIES, type Profile } from './places.data.ts';
import type { Random } from './random.ts';
import { weightedItems } from './weighted.ts';

/** The secret under which the visitors of a site and local day are named. Forgotten as soon as the day is over. */
export type DrawSalt = (siteId: number, day: string) => Buffer;

/** Somebody with a browser. Lives on in the pool of those who come back. */
export interface Person {
  readonly ip: string;
  readonly userAgent: string;
  readonly agentId: number;
  readonly width: number | null;
  readonly country: string | null;
  readonly isBot: boolean;
  /** The last local day seen, and the visitor's id on it. */
  day: string;
  id: bigint;
  /** When the last hit of the last visit happens. */
  until: number;
}

/** Visits of known people start this much after their last one, so that they are visits of their own. */
const PAUSE_MS = 31 * 60_000;
const SHARE_OF_BOTS = 0.011;
const SHARE_RETURNING = 0.3;
const DAYS_REMEMBERED = 4;
const MOST_REMEMBERED = 8192;

const browserOf = weightedItems(BROWSERS.map((agent) => [agent, agent[2]] as const));
const botOf = weightedItems(BOTS.map((agent) => [agent, agent[2]] as const));
const widthOf = Object.fromEntries(
  Object.entries(WIDTHS).map(([form, widths]) => [form, weightedItems(widths)]),
) as Record<Form, (random: Random) => number | null>;

/** Every user agent that a simulation may send. */
export function allUserAgents(): string[] {
  return [...new Set([...BROWSERS, ...BOTS].map(([userAgent]) => userAgent))];
}

export interface PeopleOptions {
  profile: Profile;
  /** Ids of `allUserAgents()`. */
  agentIds: ReadonlyMap<string, number>;
  visitsPerDay: number;
  random: Random;
}

/**
 * Those who visit a site. Of the new ones a fixed number is remembered, each for about four days, and some of the
 * visits are theirs: again on the same day, under the same id, or on another day, under another one.
 */
export function peopleOf({ profile, agentIds, visitsPerDay, random }: PeopleOptions): (at: number) => Person {
  const isHome = new Set(profile.home);
  const home = weightedItems(COUNTRIES.filter(([country]) => country !== null && isHome.has(country)));
  const world = weightedItems(COUNTRIES);
  const regulars: Person[] = [];
  const newPerDay = Math.max(1, visitsPerDay * (1 - SHARE_RETURNING));
  const remembered = Math.min(MOST_REMEMBERED, Math.max(4, Math.round(newPerDay * DAYS_REMEMBERED)));
  const shareRemembered = Math.min(1, remembered / (newPerDay * DAYS_REMEMBERED));

  const somebodyNew = (): Person => {
    const isBot = random() < SHARE_OF_BOTS;
    const [userAgent, form] = (isBot ? botOf : browserOf)(random);
    const address = Math.floor(random() * 0xffff_ffff);
    return {
      ip: `${(address >>> 24) || 1}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`,
      userAgent,
      agentId: agentIds.get(userAgent) ?? 0,
      width: widthOf[form](random),
      country: isBot ? 'US' : (random() < 0.5 ? home : world)(random),
      isBot,
      day: '',
      id: 0n,
      until: -Infinity,
    };
  };

  return (at) => {
    if (regulars.length > 0 && random() < SHARE_RETURNING) {
      const known = regulars[Math.floor(random() * regulars.length)] as Person;
      if (known.until + PAUSE_MS < at) return known;
    }
    const person = somebodyNew();
    if (random() < shareRemembered) {
      if (regulars.length < remembered) regulars.push(person);
      else regulars[Math.floor(random() * remembered)] = person;
    }
    return person;
  };
}

/** The visitor's id on this local day. A visit across midnight has two. */
export function idOn(person: Person, day: string, site: string, salt: Buffer): bigint {
  if (person.day !== day) {
    person.day = day;
    person.id = visitorId(salt, site, person.ip, person.userAgent);
  }
  return person.id;
}
