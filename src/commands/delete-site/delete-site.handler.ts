import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { ENQUEUE_ERASURE, type EnqueueErasure } from '../erasure-queue.ts';
import { WRITER } from '../writer.ts';
import { DeleteSite, type DeletedSite } from './delete-site.command.ts';
import { deleteSite } from './delete-site.ts';

@CommandHandler(DeleteSite)
export class DeleteSiteHandler implements ICommandHandler<DeleteSite> {
  constructor(
    @Inject(WRITER) private readonly db: Db,
    @Inject(ENQUEUE_ERASURE) private readonly enqueueErasure: EnqueueErasure,
  ) {}

  execute({ context, ...input }: DeleteSite): Promise<DeletedSite> {
    return deleteSite(this.db, input, context, systemClock, this.enqueueErasure);
  }
}
