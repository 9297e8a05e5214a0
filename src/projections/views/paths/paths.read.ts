import * as v1 from './v1/paths.read.ts';

/** How each version of the view is read. */
export const pathsReads = { 1: v1 };
