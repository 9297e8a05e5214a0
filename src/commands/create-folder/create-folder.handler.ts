import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { systemClock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database.ts';
import type { ChangedFolder } from '../changed-folder.ts';
import { WRITER } from '../writer.ts';
import { CreateFolder } from './create-folder.command.ts';
import { createFolder } from './create-folder.ts';

@CommandHandler(CreateFolder)
export class CreateFolderHandler implements ICommandHandler<CreateFolder> {
  constructor(@Inject(WRITER) private readonly db: Db) {}

  execute({ context, ...input }: CreateFolder): Promise<ChangedFolder> {
    return createFolder(this.db, input, context, systemClock);
  }
}
