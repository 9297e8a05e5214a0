import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { parkedPosition, retryParked, type RetriedHit } from '../../projections/operate/parked.ts';
import { answerOnce } from '../answer-once.ts';
import { OPERATOR } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { RetryParkedHit } from './retry-parked-hit.command.ts';

@CommandHandler(RetryParkedHit)
export class RetryParkedHitHandler implements ICommandHandler<RetryParkedHit> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  execute({ position, context }: RetryParkedHit): Promise<RetriedHit> {
    const { database, catalog } = this.operator;
    return answerOnce(this.writer, context, () =>
      database.db.connection().execute((db) => retryParked(db, catalog, parkedPosition(position))),
    );
  }
}
