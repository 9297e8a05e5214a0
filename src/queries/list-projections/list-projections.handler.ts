import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Database } from '../../platform/database.ts';
import { readProjections, type ListedProjection } from '../../projections/operate/list.read.ts';
import { READER } from '../tokens.ts';
import { ListProjections } from './list-projections.query.ts';

@QueryHandler(ListProjections)
export class ListProjectionsHandler implements IQueryHandler<ListProjections> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  execute(): Promise<readonly ListedProjection[]> {
    return readProjections(this.reader.db);
  }
}
