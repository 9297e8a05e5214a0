import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { QUERY_CLOCK, READER } from '../tokens.ts';
import { GetEntryExit } from './get-entry-exit.query.ts';
import { getEntryExit, type EntryExitAnswer } from './get-entry-exit.ts';

@QueryHandler(GetEntryExit)
export class GetEntryExitHandler implements IQueryHandler<GetEntryExit> {
  constructor(
    @Inject(READER) private readonly reader: Database,
    @Inject(QUERY_CLOCK) private readonly clock: Clock,
  ) {}

  execute(query: GetEntryExit): Promise<EntryExitAnswer> {
    return getEntryExit(this.reader.db, query, this.clock());
  }
}
