import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import type { ChangedFolder } from '../changed-folder.ts';
import { WRITER } from '../writer.ts';
import { UpdateFolder } from './update-folder.command.ts';
import { updateFolder } from './update-folder.ts';

@CommandHandler(UpdateFolder)
export class UpdateFolderHandler implements ICommandHandler<UpdateFolder> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ context, ...input }: UpdateFolder): Promise<ChangedFolder> {
    return updateFolder(this.db, input, context, systemClock);
  }
}
