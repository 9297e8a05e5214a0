import type { ArbitraryLog, Arrival } from './log.ts';

/** A log as it is read in a failure's report: one line a hit, what is usual left out, long texts cut. */
export function logText({ zones, arrivals, changes = [] }: ArbitraryLog): string {
  const lines = arrivals.map((arrival, i) => {
    const before = changes.filter((change) => change.before === i);
    const said = before.map(({ site, patterns }) => `site ${site} excludes ${patterns.join(' ') || 'nothing'}\n`);
    return `${said.join('')}${arrivalText(arrival, i)}`;
  });
  return `zones ${zones.join(', ')}\n${lines.join('\n')}\n`;
}

function arrivalText({ site, hit }: Arrival, i: number): string {
  const { occurredAt, visitor, name, pathname, durationMs, userAgent, hostname, props: _, vitals: __, ...others } = hit;
  const said = { ...others, t: durationMs, agent: userAgent, host: hostname };
  const more = Object.entries(said).flatMap(([key, value]) => (value === null ? [] : [`${key}=${cut(String(value))}`]));
  const what = name === null ? 'view' : name;
  const when = new Date(occurredAt).toISOString();
  return `${i}. ${when} site ${site} visitor ${visitor} ${what} ${cut(pathname)} ${more.join(' ')}`;
}

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 20)}…${text.slice(-8)}` : text);
