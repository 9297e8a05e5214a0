import type { View } from '../../view.ts';
import { pagesView } from '../pages.view.ts';

/**
 * What is known of a page, and of the visits that entered or left there. Most pages are neither in a day, so those
 * measures are null instead of 0, which takes no room.
 */
export const PAGE_MEASURES = [
  'visitors',
  'visits',
  'pageviews',
  'timed',
  'ms',
  'entry_visitors',
  'entries',
  'entry_pageviews',
  'entry_bounces',
  'entry_ms',
  'exit_visitors',
  'exits',
  'exit_pageviews',
  'exit_bounces',
  'exit_ms',
] as const;

export const WIDE = ['ms', 'entry_ms', 'exit_ms'] as const;
export const OF_TIMES = ['timed', 'ms'] as const;

export const pagesV1: View = pagesView({
  version: 1,
  measures: PAGE_MEASURES,
  wide: WIDE,
  delta: 'pages_delta',
  ofTimes: OF_TIMES,
});
