import { Query } from '@nestjs/cqrs';
import type { PathsAnswer } from './get-paths.ts';

export type { PathEntry, PathsAnswer } from './get-paths.ts';

/** The commonest sequences of pages of a site's visits in a period. */
export class GetPaths extends Query<PathsAnswer> {
  constructor(
    readonly siteId: string,
    readonly period: string,
    readonly limit: number,
  ) {
    super();
  }
}
