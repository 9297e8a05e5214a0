import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { DeleteAlert, type DeletedAlert } from './delete-alert.command.ts';
import { deleteAlert } from './delete-alert.ts';

@CommandHandler(DeleteAlert)
export class DeleteAlertHandler implements ICommandHandler<DeleteAlert> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ id, sight, context }: DeleteAlert): Promise<DeletedAlert> {
    return deleteAlert(this.db, id, sight, context, systemClock);
  }
}
