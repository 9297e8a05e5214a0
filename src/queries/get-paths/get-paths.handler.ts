import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { GetPaths } from './get-paths.query.ts';
import { getPaths, type PathsAnswer } from './get-paths.ts';

@QueryHandler(GetPaths)
export class GetPathsHandler implements IQueryHandler<GetPaths> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: GetPaths): Promise<PathsAnswer> {
    return getPaths(this.reader.db, query, this.clock());
  }
}
