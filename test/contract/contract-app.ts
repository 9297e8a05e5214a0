import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import { hashApiKey, newApiKey } from '../../src/domain/api-key.ts';
import { AccessGuard, KEYRING } from '../../src/http/access/access.guard.ts';
import { createKeyring, type StoredKey } from '../../src/http/access/keyring.ts';
import { ExportController } from '../../src/http/export/export.controller.ts';
import { ProblemFilter } from '../../src/http/problem/problem.filter.ts';
import { BadgeController } from '../../src/http/public/badge.controller.ts';
import { HealthController } from '../../src/http/public/health.controller.ts';
import { StatsController } from '../../src/http/stats/stats.controller.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Database, Db } from '../../src/platform/database.ts';
import { ensureServing } from '../../src/projections/engine/generation.ts';
import { PROJECTOR_SETTINGS } from '../../src/projections/engine/projector.ts';
import { foldStep } from '../../src/projections/engine/step.ts';
import { CATALOG } from '../../src/projections/views.ts';
import { FIGURES_HANDLERS } from '../../src/queries/figures.handlers.ts';
import { GetSiteHandler } from '../../src/queries/get-site/get-site.handler.ts';
import { QUERY_CLOCK, READER } from '../../src/queries/tokens.ts';
import { createLogDatabase } from '../log/log-database.ts';
import { given, type GivenHit, type GivenSite, type SiteOptions } from '../given.ts';

/** The read side over HTTP, with a database of its own and nobody who folds but the test. */
export interface ContractApp {
  readonly app: NestFastifyApplication;
  /** As owner. */
  readonly db: Db;
  /** A site whose hits are logged and folded. */
  site(options: SiteOptions, ...hits: GivenHit[]): Promise<GivenSite>;
  fold(): Promise<void>;
  /** The queries' clock stands at this moment; null: it runs. */
  setNow(at: string | null): void;
  /** Header of a key that may read. */
  readonly authorization: string;
  /** With that key. */
  get(url: string, headers?: Record<string, string>): Promise<Got>;
  /** Without any key. */
  getUnknown(url: string): Promise<Got>;
  close(): Promise<void>;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** Throws where it is no JSON. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test says by its expectations what it is
  readonly json: any;
}


export async function openContractApp(): Promise<ContractApp> {
  const log = await createLogDatabase();
  const { db } = log.open('owner');
  const projector = log.open('owner', 1, PROJECTOR_SETTINGS);
  await ensureServing(db, CATALOG);
  let now: number | null = null;
  const clock: Clock = () => now ?? Date.now();
  const key = newApiKey();
  const app = await openApp(log.open('reader'), clock, [storedKey(key, ['stats:read'])]);

  const fold = async (): Promise<void> => {
    const serving = await db.selectFrom('projections').select('generation').where('state', '=', 'serving').execute();
    for (const { generation } of serving) await foldStep(projector.db, generation, { catalog: CATALOG, maxBatch: 1e6 });
  };
  const get = async (url: string, headers: Record<string, string> = {}): Promise<Got> => {
    const answer = await app.inject({ method: 'GET', url, headers });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.payload,
      get json() {
        return JSON.parse(answer.payload) as unknown;
      },
    };
  };
  return {
    app,
    db,
    authorization: `Bearer ${key}`,
    fold,
    async site(options, ...hits) {
      const site = await given(db).site(options);
      if (hits.length > 0) await site.append(...hits);
      await fold();
      return site;
    },
    setNow: (at) => void (now = at === null ? null : Date.parse(at)),
    get: (url, headers) => get(url, { authorization: `Bearer ${key}`, ...headers }),
    getUnknown: (url) => get(url),
    async close() {
      await app.close();
      await log.close();
    },
  };
}

let shared: Promise<ContractApp> | undefined;

/** One for all parts of a spec file, each with sites of its own. The file closes it. */
export function sharedContractApp(): Promise<ContractApp> {
  return (shared ??= openContractApp());
}

export async function closeSharedContractApp(): Promise<void> {
  // Where it could not be opened, each part has said so.
  const app = await shared?.catch(() => undefined);
  shared = undefined;
  await app?.close();
}

function storedKey(key: string, scopes: string[]): StoredKey {
  return { id: 'a-key', hash: hashApiKey(key), scopes, siteIds: null, account: null, expiresAt: null };
}

async function openApp(reader: Database, clock: Clock, keys: readonly StoredKey[]): Promise<NestFastifyApplication> {
  const keyring = createKeyring({
    findByHash: (hash) => Promise.resolve(keys.find((key) => key.hash.equals(hash))),
    noteUsed: () => Promise.resolve(),
    onError: (e) => {
      throw e;
    },
    clock: Date.now,
  });
  const testing = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    controllers: [StatsController, ExportController, BadgeController, HealthController],
    providers: [
      ...FIGURES_HANDLERS,
      GetSiteHandler,
      { provide: READER, useValue: reader },
      { provide: QUERY_CLOCK, useValue: clock },
      { provide: KEYRING, useValue: keyring },
      { provide: APP_GUARD, useClass: AccessGuard },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
  }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
