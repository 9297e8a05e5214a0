import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { isUuid } from '../../domain/uuid.ts';
import { readApiKeys } from '../../models/api-keys/api-key.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { ListKeys, type ListedKey } from './list-keys.query.ts';

@QueryHandler(ListKeys)
export class ListKeysHandler implements IQueryHandler<ListKeys> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  async execute({ sight, id }: ListKeys): Promise<readonly ListedKey[]> {
    if (id !== undefined && !isUuid(id)) return [];
    const rows = await readApiKeys(this.reader.db, sight, id);
    return rows.map(({ hash: _, ...key }) => key);
  }
}
