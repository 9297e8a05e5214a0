import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readFolders } from '../../models/folders/folder.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { ListFolders, type ListedFolder } from './list-folders.query.ts';

@QueryHandler(ListFolders)
export class ListFoldersHandler implements IQueryHandler<ListFolders> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  async execute({ sight, id: asked }: ListFolders): Promise<readonly ListedFolder[]> {
    const rows = await readFolders(this.reader.db, sight);
    return rows
      .filter(({ id }) => asked === undefined || id === asked.toLowerCase())
      .map(({ id, name, authelia_group, created_at, version }) => ({ id, name, authelia_group, created_at, version }));
  }
}
