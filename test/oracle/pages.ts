import { bouncesOf, inOrder, ratio, visitorsOf, visitsBy } from './figures.ts';
import type { Visit } from './visits.ts';

export interface PathRow {
  path: string;
  steps: string[];
  visits: number;
  visitors: number;
}

export interface EntryRow {
  pathname: string;
  visitors: number;
  visits: number;
  bounce_rate: number | null;
}

export interface ExitRow {
  pathname: string;
  visitors: number;
  visits: number;
  exit_rate: number | null;
}

const STEPS = 5;

const pathnames = (visit: Visit): string[] => visit.views.map((view) => view.row.pathname);

export function pathsOf(visits: readonly Visit[]): PathRow[] {
  const stepsOf = (visit: Visit) => pathnames(visit).filter((path, i, all) => path !== all[i - 1]).slice(0, STEPS);
  const withPages = visits.filter((visit) => visit.views.length > 0);
  const rows = [...visitsBy(withPages, (visit) => [JSON.stringify(stepsOf(visit))])].map(([json, those]) => {
    const steps = JSON.parse(json) as string[];
    return { path: steps.join(' -> '), steps, visits: those.length, visitors: visitorsOf(those) };
  });
  // A page may be called "/a -> /b": what reads the same is in the order of its steps.
  return inOrder(rows, (row) => `${row.path}\u0000${row.steps.join('\u0001')}`);
}

export function entriesOf(visits: readonly Visit[]): EntryRow[] {
  const entered = visitsBy(visits, (visit) => pathnames(visit).slice(0, 1));
  const rows = [...entered].map(([pathname, those]) => ({
    pathname,
    visitors: visitorsOf(those),
    visits: those.length,
    bounce_rate: ratio(bouncesOf(those), those.length),
  }));
  return inOrder(rows, (row) => row.pathname);
}

export function exitsOf(visits: readonly Visit[]): ExitRow[] {
  const withPage = visitsBy(visits, pathnames);
  const left = visitsBy(visits, (visit) => pathnames(visit).slice(-1));
  const rows = [...left].map(([pathname, those]) => ({
    pathname,
    visitors: visitorsOf(those),
    visits: those.length,
    exit_rate: ratio(those.length, withPage.get(pathname)?.length ?? 0),
  }));
  return inOrder(rows, (row) => row.pathname);
}
