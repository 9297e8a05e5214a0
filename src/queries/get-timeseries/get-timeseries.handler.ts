import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { GetTimeseries } from './get-timeseries.query.ts';
import { getTimeseries, type TimeseriesAnswer } from './get-timeseries.ts';

@QueryHandler(GetTimeseries)
export class GetTimeseriesHandler implements IQueryHandler<GetTimeseries> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: GetTimeseries): Promise<TimeseriesAnswer> {
    return getTimeseries(this.reader.db, query, this.clock());
  }
}
