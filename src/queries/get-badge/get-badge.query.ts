import { Query } from '@nestjs/cqrs';
import type { BadgeAnswer } from './get-badge.ts';

export type { BadgeAnswer } from './get-badge.ts';

/** A public site's visitors of the last 24 hours. */
export class GetBadge extends Query<BadgeAnswer> {
  constructor(readonly siteId: string) {
    super();
  }
}
