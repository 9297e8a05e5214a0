import type { View } from '../../view.ts';
import { pagesView } from '../pages.view.ts';
import { OF_TIMES, PAGE_MEASURES, WIDE } from '../v1/pages.view.ts';

/** With how far people scrolled: the sum of percents (`scroll`) over the views that told it (`scrolled`). */
export const pagesV2: View = pagesView({
  version: 2,
  measures: [...PAGE_MEASURES, 'scroll', 'scrolled'],
  wide: [...WIDE, 'scroll'],
  delta: 'pages_v2_delta',
  ofTimes: [...OF_TIMES, 'scroll', 'scrolled'],
});
