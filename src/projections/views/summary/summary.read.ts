import * as v1 from './v1/summary.read.ts';

/** How each version of the view is read. */
export const summaryReads = { 1: v1 };
