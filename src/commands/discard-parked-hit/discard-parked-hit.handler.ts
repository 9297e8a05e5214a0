import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Db } from '../../platform/database.ts';
import { uuid7 } from '../../platform/uuid7.ts';
import type { Operator } from '../../projections/operate/operator.ts';
import { discardParked, parkedPosition, type DiscardedHit } from '../../projections/operate/parked.ts';
import { answerOnce } from '../answer-once.ts';
import { OPERATOR } from '../operator.ts';
import { WRITER } from '../writer.ts';
import { DiscardParkedHit } from './discard-parked-hit.command.ts';

@CommandHandler(DiscardParkedHit)
export class DiscardParkedHitHandler implements ICommandHandler<DiscardParkedHit> {
  constructor(
    @Inject(WRITER) private readonly writer: Db,
    @Inject(OPERATOR) private readonly operator: Operator,
  ) {}

  execute({ position, context }: DiscardParkedHit): Promise<DiscardedHit> {
    const { actor } = context;
    const by = { actor: actor.name, actorKind: actor.kind, commandId: uuid7(Date.now()) };
    return answerOnce(this.writer, context, () =>
      this.operator.database.db.transaction().execute((tx) => discardParked(tx, parkedPosition(position), by)),
    );
  }
}
