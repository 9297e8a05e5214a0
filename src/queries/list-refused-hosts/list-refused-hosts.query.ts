import { Query } from '@nestjs/cqrs';

export interface RefusedHost {
  readonly host: string;
  readonly hits: number;
  readonly lastSeen: Date;
}

/** The last 20 hosts whose hits were refused as no site is registered for them, the last seen first. */
export class ListRefusedHosts extends Query<readonly RefusedHost[]> {}
