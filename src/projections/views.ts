import { breakdown } from './views/breakdown/breakdown.view.ts';
import { live } from './views/live/live.view.ts';
import { pages } from './views/pages/pages.view.ts';
import { paths } from './views/paths/paths.view.ts';
import { summary } from './views/summary/summary.view.ts';
import type { View } from './views/view.ts';

/** Every view that is folded. Adding one: a folder and a line here. */
export const VIEWS: readonly View[] = [summary, pages, breakdown, paths, live];
