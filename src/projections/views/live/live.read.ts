import * as v1 from './v1/live.read.ts';

/** How each version of the view is read. */
export const liveReads = { 1: v1 };
