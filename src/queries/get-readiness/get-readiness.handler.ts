import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { GetReadiness } from './get-readiness.query.ts';
import { createReadinessProbe, type Readiness } from './get-readiness.ts';

@QueryHandler(GetReadiness)
export class GetReadinessHandler implements IQueryHandler<GetReadiness> {
  private readonly probe: () => Promise<Readiness>;

  constructor(@Inject(READER) reader: Database) {
    this.probe = createReadinessProbe(reader.db);
  }

  execute(): Promise<Readiness> {
    return this.probe();
  }
}
