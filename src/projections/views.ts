import { RULE_SETS } from '../domain/rules/rule-sets.ts';
import type { Catalog } from './catalog.ts';
import { breakdown } from './views/breakdown/v1/breakdown.view.ts';
import { live } from './views/live/v1/live.view.ts';
import { pagesV1 } from './views/pages/v1/pages.view.ts';
import { pagesV2 } from './views/pages/v2/pages.view.ts';
import { paths } from './views/paths/v1/paths.view.ts';
import { summary } from './views/summary/v1/summary.view.ts';
import type { View } from './views/view.ts';
import { vitals } from './views/vitals/v1/vitals.view.ts';

/** Every version of every view that a database may hold. Adding one: a folder and a line here. */
export const VIEWS: readonly View[] = [summary, pagesV1, pagesV2, breakdown, paths, live, vitals];

export const CATALOG: Catalog = { views: VIEWS, ruleSets: RULE_SETS };
