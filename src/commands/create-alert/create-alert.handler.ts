import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { CreateAlert, type CreatedAlert } from './create-alert.command.ts';
import { createAlert } from './create-alert.ts';

@CommandHandler(CreateAlert)
export class CreateAlertHandler implements ICommandHandler<CreateAlert> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ alert, sight, context }: CreateAlert): Promise<CreatedAlert> {
    return createAlert(this.db, alert, sight, context, systemClock);
  }
}
