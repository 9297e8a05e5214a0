import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { GetVitals } from './get-vitals.query.ts';
import { getVitals, type VitalsAnswer } from './get-vitals.ts';

@QueryHandler(GetVitals)
export class GetVitalsHandler implements IQueryHandler<GetVitals> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: GetVitals): Promise<VitalsAnswer> {
    return getVitals(this.reader.db, query, this.clock());
  }
}
