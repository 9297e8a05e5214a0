import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { OpenSession, type OpenedSession } from './open-session.command.ts';
import { openSession } from './open-session.ts';

@CommandHandler(OpenSession)
export class OpenSessionHandler implements ICommandHandler<OpenSession> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ token }: OpenSession): Promise<OpenedSession> {
    return openSession(this.db, token, systemClock);
  }
}
