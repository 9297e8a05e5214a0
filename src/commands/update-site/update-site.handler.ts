import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import type { ChangedSite } from '../changed-site.ts';
import { WRITER } from '../writer.ts';
import { UpdateSite } from './update-site.command.ts';
import { updateSite } from './update-site.ts';

@CommandHandler(UpdateSite)
export class UpdateSiteHandler implements ICommandHandler<UpdateSite> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ context, ...input }: UpdateSite): Promise<ChangedSite> {
    return updateSite(this.db, input, context, systemClock);
  }
}
