import { Query } from '@nestjs/cqrs';

/** A site as it is now. */
export interface Site {
  /** The public id. */
  readonly id: string;
  /** The narrow key of the hits and of every projection. */
  readonly siteId: number;
  /** Canonical host. */
  readonly domain: string;
  readonly name: string;
  readonly public: boolean;
  readonly folderId: string | null;
  /** Of its folder: whose members may see it. */
  readonly group: string | null;
  /** Whose it is in managed mode; null: the operator's own. */
  readonly account: string | null;
  readonly timezone: string;
  readonly createdAt: Date;
  /** Of the site's stream. */
  readonly version: number;
}

/** The site of a public id, null where there is none. Who may see it is for the asker's door to say. */
export class GetSite extends Query<Site | null> {
  readonly id: string;

  /** @param id anything; what is no UUID is no site */
  constructor(id: string) {
    super();
    this.id = id;
  }
}
