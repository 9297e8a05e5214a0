import { Query } from '@nestjs/cqrs';
import type { VitalsAnswer } from './get-vitals.ts';

export type { PageVitalsEntry, VitalsAnswer, VitalsEntry } from './get-vitals.ts';

/** How fast and steady the pages of a site were for those who saw them in a period. */
export class GetVitals extends Query<VitalsAnswer> {
  constructor(
    readonly siteId: string,
    readonly period: string,
    readonly limit: number,
  ) {
    super();
  }
}
