import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { GetBadge } from './get-badge.query.ts';
import { getBadge, type BadgeAnswer } from './get-badge.ts';

@QueryHandler(GetBadge)
export class GetBadgeHandler implements IQueryHandler<GetBadge> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: GetBadge): Promise<BadgeAnswer> {
    return getBadge(this.reader.db, query, this.clock());
  }
}
