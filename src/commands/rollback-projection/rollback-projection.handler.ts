import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { rollBackProjection } from '../../projections/operate/rollback.ts';
import type { SwitchedProjection } from '../../projections/operate/switch-to.ts';
import { answerOnce } from '../answer-once.ts';
import { OPERATOR } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { RollbackProjection } from './rollback-projection.command.ts';

@CommandHandler(RollbackProjection)
export class RollbackProjectionHandler implements ICommandHandler<RollbackProjection> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  execute({ name, context }: RollbackProjection): Promise<SwitchedProjection> {
    return answerOnce(this.writer, context, () => rollBackProjection(this.operator, { name, context }));
  }
}
