import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { promoteProjection } from '../../projections/operate/promote.ts';
import { answerOnce } from '../answer-once.ts';
import { OPERATOR } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { PromoteProjection, type SwitchedProjection } from './promote-projection.command.ts';

@CommandHandler(PromoteProjection)
export class PromoteProjectionHandler implements ICommandHandler<PromoteProjection> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  execute({ name, reason, context }: PromoteProjection): Promise<SwitchedProjection> {
    return answerOnce(this.writer, context, () => promoteProjection(this.operator, { name, reason, context }));
  }
}
