import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { stateOf } from '../../domain/alert.ts';
import { readAlerts, type ListedAlertRow } from '../../models/alerts/alert.read.ts';
import { readSites } from '../../models/sites/site.read.ts';
import type { Database } from '../../platform/database.ts';
import { NotFound } from '../../platform/errors.ts';
import { READER } from '../tokens.ts';
import { ListAlerts, type ListedAlert } from './list-alerts.query.ts';

@QueryHandler(ListAlerts)
export class ListAlertsHandler implements IQueryHandler<ListAlerts> {
  constructor(@Inject(READER) private readonly reader: Database) {}

  async execute({ sight, site, id }: ListAlerts): Promise<readonly ListedAlert[]> {
    const seen = (await readSites(this.reader.db, sight)).map((row) => row.id);
    const sites = site === undefined ? seen : seen.filter((id) => id === site.toLowerCase());
    if (site !== undefined && sites.length === 0) throw new NotFound('There is no such site.');
    const rows = await readAlerts(this.reader.db, sites);
    return rows.filter((row) => id === undefined || row.id === id.toLowerCase()).map(toAlert);
  }
}

function toAlert(row: ListedAlertRow): ListedAlert {
  return {
    id: row.id,
    site_id: row.site,
    metric: row.metric,
    operator: row.operator,
    threshold: row.threshold,
    email: row.email,
    window: row.window,
    state: stateOf({ isFiring: row.firing_since !== null, isEvaluated: row.evaluated }),
    last_checked_at: row.last_checked_at,
    last_mailed_at: row.last_mailed_at,
    hasTrouble: row.has_trouble,
    version: row.version,
  };
}
