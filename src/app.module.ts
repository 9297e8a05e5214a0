import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { LoggerModule } from 'nestjs-pino';
import type { Answers, AppParts } from './app-parts.ts';
import { CreateAlertHandler } from './commands/create-alert/create-alert.handler.ts';
import { CreateFolderHandler } from './commands/create-folder/create-folder.handler.ts';
import { CreateSiteHandler } from './commands/create-site/create-site.handler.ts';
import { DeleteAlertHandler } from './commands/delete-alert/delete-alert.handler.ts';
import { DeleteFolderHandler } from './commands/delete-folder/delete-folder.handler.ts';
import { DeleteSiteHandler } from './commands/delete-site/delete-site.handler.ts';
import { DiffProjectionHandler } from './commands/diff-projection/diff-projection.handler.ts';
import { DiscardParkedHitHandler } from './commands/discard-parked-hit/discard-parked-hit.handler.ts';
import { DiscardProjectionHandler } from './commands/discard-projection/discard-projection.handler.ts';
import { IssueApiKeyHandler } from './commands/issue-api-key/issue-api-key.handler.ts';
import { MoveSiteHandler } from './commands/move-site/move-site.handler.ts';
import { AcceptBatchHandler, BATCH_DOOR } from './commands/record-hits/accept-batch.handler.ts';
import { HIT_WRITER, RecordHitsHandler } from './commands/record-hits/record-hits.handler.ts';
import { OPERATOR } from './commands/operator.ts';
import { OpenSessionHandler } from './commands/open-session/open-session.handler.ts';
import { PromoteProjectionHandler } from './commands/promote-projection/promote-projection.handler.ts';
import { RebuildProjectionHandler } from './commands/rebuild-projection/rebuild-projection.handler.ts';
import { RetryParkedHitHandler } from './commands/retry-parked-hit/retry-parked-hit.handler.ts';
import { RevokeSessionHandler } from './commands/revoke-session/revoke-session.handler.ts';
import { RevokeApiKeyHandler } from './commands/revoke-api-key/revoke-api-key.handler.ts';
import { RollbackProjectionHandler } from './commands/rollback-projection/rollback-projection.handler.ts';
import { UpdateFolderHandler } from './commands/update-folder/update-folder.handler.ts';
import { UpdateSiteHandler } from './commands/update-site/update-site.handler.ts';
import { VerifyProjectionHandler } from './commands/verify-projection/verify-projection.handler.ts';
import { ENQUEUE_ERASURE } from './commands/erasure-queue.ts';
import { ENQUEUE_REBUILDS } from './commands/rebuild-queue.ts';
import { WRITER } from './commands/writer.ts';
import { AccessGuard, KEYRING, PROXY, SESSIONS } from './http/access/access.guard.ts';
import { AlertsController, CAN_MAIL } from './http/alerts/alerts.controller.ts';
import { AuditController } from './http/audit/audit.controller.ts';
import { EventsController } from './http/events/events.controller.ts';
import { ExportController } from './http/export/export.controller.ts';
import { FoldersController } from './http/folders/folders.controller.ts';
import { KeysController } from './http/keys/keys.controller.ts';
import { MetricsController, METRICS } from './http/metrics/metrics.controller.ts';
import { ParkedController } from './http/parked/parked.controller.ts';
import { ProblemFilter } from './http/problem/problem.filter.ts';
import { GenerationsController } from './http/projections/generations.controller.ts';
import { ProjectionsController } from './http/projections/projections.controller.ts';
import { BadgeController } from './http/public/badge.controller.ts';
import { HealthController } from './http/public/health.controller.ts';
import { AddressLimitGuard, IdentityLimitGuard, REQUEST_LIMITS } from './http/rate-limit/rate-limit.guards.ts';
import { SessionController } from './http/sign-in/session.controller.ts';
import { SignInController } from './http/sign-in/sign-in.controller.ts';
import { BASE_URL, RefusedHostsController } from './http/sites/refused-hosts.controller.ts';
import { SitesController } from './http/sites/sites.controller.ts';
import { StatsController } from './http/stats/stats.controller.ts';
import { TrackerController } from './http/tracker/tracker.controller.ts';
import { FIGURES_HANDLERS } from './queries/figures.handlers.ts';
import { GetAuditHandler } from './queries/get-audit/get-audit.handler.ts';
import { GetSiteHandler } from './queries/get-site/get-site.handler.ts';
import { ListAlertsHandler } from './queries/list-alerts/list-alerts.handler.ts';
import { ListFoldersHandler } from './queries/list-folders/list-folders.handler.ts';
import { ListKeysHandler } from './queries/list-keys/list-keys.handler.ts';
import { ListParkedHandler } from './queries/list-parked/list-parked.handler.ts';
import { ListProjectionsHandler } from './queries/list-projections/list-projections.handler.ts';
import { ListRefusedHostsHandler } from './queries/list-refused-hosts/list-refused-hosts.handler.ts';
import { ListSitesHandler } from './queries/list-sites/list-sites.handler.ts';
import { QUERY_CLOCK, READER } from './queries/tokens.ts';

const HEALTH_CONTROLLERS: Type[] = [HealthController];
const API_CONTROLLERS: Type[] = [
  ...HEALTH_CONTROLLERS,
  EventsController,
  SitesController,
  FoldersController,
  AlertsController,
  RefusedHostsController,
  KeysController,
  SignInController,
  SessionController,
  AuditController,
  ProjectionsController,
  GenerationsController,
  ParkedController,
  StatsController,
  ExportController,
  BadgeController,
  TrackerController,
];
const HANDLERS: Provider[] = [
  CreateSiteHandler,
  UpdateSiteHandler,
  MoveSiteHandler,
  DeleteSiteHandler,
  CreateFolderHandler,
  UpdateFolderHandler,
  DeleteFolderHandler,
  IssueApiKeyHandler,
  CreateAlertHandler,
  DeleteAlertHandler,
  RevokeApiKeyHandler,
  OpenSessionHandler,
  RevokeSessionHandler,
  RecordHitsHandler,
  AcceptBatchHandler,
  RebuildProjectionHandler,
  VerifyProjectionHandler,
  DiffProjectionHandler,
  PromoteProjectionHandler,
  DiscardProjectionHandler,
  RollbackProjectionHandler,
  RetryParkedHitHandler,
  DiscardParkedHitHandler,
  GetSiteHandler,
  ListSitesHandler,
  ListFoldersHandler,
  ListAlertsHandler,
  ListRefusedHostsHandler,
  ListKeysHandler,
  GetAuditHandler,
  ListProjectionsHandler,
  ListParkedHandler,
  ...FIGURES_HANDLERS,
];

@Module({})
export class AppModule {
  static of(this: void, parts: AppParts, answers: Answers): DynamicModule {
    const metrics: Provider = { provide: METRICS, useValue: parts.registry };
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        // Without its middleware: Fastify logs the requests, as a middleware would cost each hit.
        LoggerModule.forRoot({ pinoHttp: { logger: parts.log }, forRoutes: [] }),
        {
          ...PrometheusModule.register({ controller: MetricsController, defaultMetrics: { enabled: false } }),
          providers: [metrics],
          exports: [],
        },
      ],
      controllers: answers === 'all' ? API_CONTROLLERS : HEALTH_CONTROLLERS,
      providers: [
        ...HANDLERS,
        // In this order: who asks is known after the second one.
        { provide: APP_GUARD, useClass: AddressLimitGuard },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: IdentityLimitGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: HIT_WRITER, useValue: parts.appender.db },
        { provide: BATCH_DOOR, useValue: parts.acceptBatch },
        { provide: ENQUEUE_ERASURE, useValue: parts.enqueueErasure },
        { provide: ENQUEUE_REBUILDS, useValue: parts.enqueueRebuilds },
        { provide: OPERATOR, useValue: parts.operator },
        { provide: WRITER, useValue: parts.writer.db },
        { provide: READER, useValue: parts.reader },
        { provide: QUERY_CLOCK, useValue: parts.clock },
        { provide: KEYRING, useValue: parts.keyring },
        { provide: PROXY, useValue: parts.proxy },
        { provide: SESSIONS, useValue: parts.sessions },
        { provide: CAN_MAIL, useValue: parts.canMail },
        { provide: REQUEST_LIMITS, useValue: parts.limits },
        { provide: BASE_URL, useValue: parts.baseUrl },
      ],
    };
  }
}
