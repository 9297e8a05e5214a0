import * as v1 from './v1/breakdown.read.ts';

/** How each version of the view is read. */
export const breakdownReads = { 1: v1 };
