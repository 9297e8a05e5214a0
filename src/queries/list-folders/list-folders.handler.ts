import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readFolders } from '../../models/folders/folder.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { ListFolders, type ListedFolder } from './list-folders.query.ts';

@QueryHandler(ListFolders)
export class ListFoldersHandler implements IQueryHandler<ListFolders> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  async execute({ sight }: ListFolders): Promise<readonly ListedFolder[]> {
    const rows = await readFolders(this.reader.db, sight);
    return rows.map(({ id, name, authelia_group, created_at }) => ({ id, name, authelia_group, created_at }));
  }
}
