import type { Accepted, IncomingHit } from './accept-hit.command.ts';

/** One hit for each site that it names. */
export function apart(incoming: IncomingHit): IncomingHit[] {
  const { body } = incoming;
  const names = [...new Set(body.sites)];
  return names.map((name) => ({ ...incoming, body: { ...body, sites: [name] } }));
}

/** What tells most comes first: what has to be sent again, what is wrong with it, that it counts somewhere. */
const ORDER: readonly Accepted['outcome'][] = ['overloaded', 'limited', 'invalid', 'recorded', 'dropped', 'no_key'];

/** One answer to a hit that named several sites. */
export function together(answers: readonly Accepted[]): Accepted {
  const [first, ...others] = [...answers].sort((a, b) => placeOf(a) - placeOf(b));
  if (first === undefined) throw new Error('a hit without an answer');
  if (first.outcome !== 'dropped') return first;
  // That a second name is not known says less than why the hit does not count at the first.
  return [first, ...others].find((one) => one.outcome === 'dropped' && one.reason !== 'unknown_site') ?? first;
}

const placeOf = ({ outcome }: Accepted): number => ORDER.indexOf(outcome);
