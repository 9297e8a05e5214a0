import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import type { ChangedSite } from '../changed-site.ts';
import { WRITER } from '../writer.ts';
import { MoveSite } from './move-site.command.ts';
import { moveSite } from './move-site.ts';

@CommandHandler(MoveSite)
export class MoveSiteHandler implements ICommandHandler<MoveSite> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ context, ...input }: MoveSite): Promise<ChangedSite> {
    return moveSite(this.db, input, context, systemClock);
  }
}
