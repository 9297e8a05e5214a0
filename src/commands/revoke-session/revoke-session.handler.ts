import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { RevokeSession } from './revoke-session.command.ts';
import { revokeSession } from './revoke-session.ts';

@CommandHandler(RevokeSession)
export class RevokeSessionHandler implements ICommandHandler<RevokeSession> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ id, context }: RevokeSession): Promise<null> {
    return revokeSession(this.db, id, context, systemClock);
  }
}
