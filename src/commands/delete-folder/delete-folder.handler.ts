import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import { WRITER } from '../writer.ts';
import { DeleteFolder, type DeletedFolder } from './delete-folder.command.ts';
import { deleteFolder } from './delete-folder.ts';

@CommandHandler(DeleteFolder)
export class DeleteFolderHandler implements ICommandHandler<DeleteFolder> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ context, ...input }: DeleteFolder): Promise<DeletedFolder> {
    return deleteFolder(this.db, input, context, systemClock);
  }
}
