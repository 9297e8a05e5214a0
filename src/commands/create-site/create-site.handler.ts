import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { CreateSite, type CreatedSite } from './create-site.command.ts';
import { createSite } from './create-site.ts';

@CommandHandler(CreateSite)
export class CreateSiteHandler implements ICommandHandler<CreateSite> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ site, context }: CreateSite): Promise<CreatedSite> {
    return createSite(this.db, site, context, systemClock);
  }
}
