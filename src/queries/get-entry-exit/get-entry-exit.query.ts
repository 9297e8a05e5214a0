import { Query } from '@nestjs/cqrs';
import type { EntryExitAnswer } from './get-entry-exit.ts';

export type { EntryExitAnswer, EntryPage, ExitPage } from './get-entry-exit.ts';

/** The pages on which a site's visits began and ended in a period. */
export class GetEntryExit extends Query<EntryExitAnswer> {
  constructor(
    readonly siteId: string,
    readonly period: string,
    readonly limit: number,
  ) {
    super();
  }
}
