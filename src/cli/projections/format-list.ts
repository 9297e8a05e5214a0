import type { ListedProjection, ListedRebuild } from '../../projections/operate/list.read.ts';
import { number, printable, table } from '../format.ts';

const HEAD = ['NAME', 'VERSION', 'GENERATION', 'STATE', 'RULES', 'POSITION', 'BEHIND', 'LAG', 'PARKED'];

/** Generations for people, a line each; then what somebody has to see to. */
export function projectionTable(projections: readonly ListedProjection[]): string[] {
  if (projections.length === 0) return ['No projection yet: a worker makes the first one when it starts.'];
  const rows = projections.map((p) => [
    p.name,
    `v${p.version}`,
    p.generation === p.facts ? String(p.generation) : `${p.generation} (on ${p.facts})`,
    p.suspended ? `${p.state}, suspended` : p.state,
    `v${p.rules_version}`,
    number(p.position),
    number(p.behind),
    p.lag_seconds === null ? '-' : `${p.lag_seconds.toFixed(1)} s`,
    number(p.parked),
  ]);
  return [...table([HEAD, ...rows], [5, 6, 7, 8]), ...rebuildLines(projections), ...adviceLines(projections)];
}

function rebuildLines(projections: readonly ListedProjection[]): string[] {
  const rebuilds = new Map(projections.flatMap(({ rebuild }) => (rebuild === null ? [] : [[rebuild.id, rebuild] as const])));
  if (rebuilds.size === 0) return [];
  return ['', ...[...rebuilds.values()].flatMap((rebuild) => rebuildLine(rebuild))];
}

function rebuildLine(rebuild: ListedRebuild): string[] {
  const what = `rebuild ${rebuild.id} of ${rebuild.name}${rebuild.site === null ? '' : ` (site ${rebuild.site})`}`;
  if (rebuild.state === 'different') {
    return [`${what} differs from what serves: antics projections diff ${rebuild.name}`];
  }
  const why = rebuild.error === null ? '' : `: ${printable(rebuild.error)}`;
  return [`${what}: ${rebuild.state === 'running' ? progressText(rebuild) : rebuild.state}${why}`];
}

/** `days, 45 %, 1,200,000 of 2,600,000 hits, 180,000/s, 8 s left` */
export function progressText(r: ListedRebuild): string {
  const rate = r.hits_per_second === null ? [] : [`${number(Math.round(r.hits_per_second))}/s`];
  const left = r.eta_seconds === null || r.percent >= 100 ? [] : [`${duration(r.eta_seconds)} left`];
  const share = `${Math.floor(r.percent)} %`;
  return [r.phase, share, `${number(r.hits_done)} of ${number(r.hits_total)} hits`, ...rate, ...left].join(', ');
}

/** `8 s`, `2 min 5 s`, `1 h 4 min` */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

function adviceLines(projections: readonly ListedProjection[]): string[] {
  const suspended = projections
    .filter((p) => p.suspended)
    .map(
      (p) =>
        `${p.name} in generation ${p.generation} is suspended (${printable(p.error ?? '')}): ` +
        `antics projections rebuild ${p.name}`,
    );
  const parked = projections.some((p) => p.parked > 0) ? ['Hits are parked: antics parked list'] : [];
  const lines = [...suspended, ...parked];
  return lines.length === 0 ? [] : ['', ...lines];
}
