import { Query } from '@nestjs/cqrs';
import type { RealtimeAnswer } from './get-realtime.ts';

export type { Freshness } from '../meta.ts';
export type { RealtimeAnswer } from './get-realtime.ts';

/** How many visitors a site had in the last five minutes. */
export class GetRealtime extends Query<RealtimeAnswer> {
  constructor(readonly siteId: string) {
    super();
  }
}
