import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { GetRealtime } from './get-realtime.query.ts';
import { getRealtime, type RealtimeAnswer } from './get-realtime.ts';

@QueryHandler(GetRealtime)
export class GetRealtimeHandler implements IQueryHandler<GetRealtime> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: GetRealtime): Promise<RealtimeAnswer> {
    return getRealtime(this.reader.db, query, this.clock());
  }
}
