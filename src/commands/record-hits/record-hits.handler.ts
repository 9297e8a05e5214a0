import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { appendHits, type AppendedHits } from '../../log/append-hits.ts';
import type { Db } from '../../platform/database.ts';
import { RecordHits } from './record-hits.command.ts';

/** Provider of the `Db` (role `writer`) on which hits are appended. */
export const HIT_WRITER = Symbol('HIT_WRITER');

@CommandHandler(RecordHits)
export class RecordHitsHandler implements ICommandHandler<RecordHits> {
  constructor(@Inject(HIT_WRITER) private readonly db: Db) {}

  /** In autocommit: durable when it returns. */
  execute(command: RecordHits): Promise<AppendedHits> {
    return appendHits(this.db, command.batchId, command.hits);
  }
}
