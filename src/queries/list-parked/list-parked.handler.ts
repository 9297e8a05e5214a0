import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Database } from '../../platform/database.ts';
import { readParked, type ParkedHit } from '../../projections/operate/parked.read.ts';
import { READER } from '../tokens.ts';
import { ListParked } from './list-parked.query.ts';

@QueryHandler(ListParked)
export class ListParkedHandler implements IQueryHandler<ListParked> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  execute(): Promise<readonly ParkedHit[]> {
    return readParked(this.reader.db);
  }
}
