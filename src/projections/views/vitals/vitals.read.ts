import * as v1 from './v1/vitals.read.ts';

/** How each version of the view is read. */
export const vitalsReads = { 1: v1 };
