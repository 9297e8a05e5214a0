import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readRefusedHosts } from '../../models/refused-hosts/refused-hosts.read.ts';
import type { Database } from '../../platform/database.ts';
import { READER } from '../tokens.ts';
import { ListRefusedHosts, type RefusedHost } from './list-refused-hosts.query.ts';

const SHOWN = 20;

@QueryHandler(ListRefusedHosts)
export class ListRefusedHostsHandler implements IQueryHandler<ListRefusedHosts> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  async execute(): Promise<readonly RefusedHost[]> {
    const rows = await readRefusedHosts(this.reader.db, SHOWN);
    return rows.map(({ host, hits, last_seen }) => ({ host, hits, lastSeen: last_seen }));
  }
}
