import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import { discardProjection, type DiscardedProjection } from '../../projections/operate/discard.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { answerOnce } from '../answer-once.ts';
import { OPERATOR } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { DiscardProjection } from './discard-projection.command.ts';

@CommandHandler(DiscardProjection)
export class DiscardProjectionHandler implements ICommandHandler<DiscardProjection> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  execute({ name, context }: DiscardProjection): Promise<DiscardedProjection> {
    return answerOnce(this.writer, context, () => discardProjection(this.operator, { name, context }));
  }
}
