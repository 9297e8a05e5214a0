import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { CommandBus } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Wire } from './app-parts.ts';
import { ensureAdminKey } from './commands/issue-api-key/ensure-admin-key.ts';
import type { BatchDoor } from './commands/record-hits/accept-batch.handler.ts';
import { openCountries } from './commands/record-hits/country.ts';
import { createIntake, type Intake } from './commands/record-hits/intake.ts';
import type { RecordHits } from './commands/record-hits/record-hits.command.ts';
import { parseCidrList, type Cidr } from './domain/ip.ts';
import { defaultSpamHosts, spamMatcher } from './domain/rules/v1/spam/spam-hosts.ts';
import { openGround, prepareLog, type Ground } from './ground.ts';
import { createKeyring, type Keyring } from './http/access/keyring.ts';
import { createSessionRing, type SessionRing } from './http/access/session-ring.ts';
import { registerEventRoute } from './http/event/event.route.ts';
import { registerCountRoute } from './http/goatcounter/count.route.ts';
import { serveOpenApi } from './http/openapi/openapi.ts';
import { registerPixelRoute } from './http/pixel/pixel.route.ts';
import { registerUmamiRoute } from './http/umami/umami.route.ts';
import { createRequestLimits } from './http/rate-limit/request-limits.ts';
import { addSecurityHeaders, closeApp, createApp } from './http-server.ts';
import { erasureIn } from './jobs/erase-sites.job.ts';
import { createLogFollower, type LogFollower } from './jobs/follow-log.ts';
import { rebuildsIn } from './jobs/rebuild-projections.job.ts';
import { jobsOf } from './jobs/jobs.ts';
import { createSealer, type Sealer } from './log/segments/sealer.ts';
import { createMetrics } from './metrics.ts';
import { readApiKeyByHash } from './models/api-keys/api-key.read.ts';
import { noteKeysUsed } from './models/api-keys/last-used.ts';
import { renewSession } from './models/sessions/session.fold.ts';
import { readSessionByHash } from './models/sessions/session.read.ts';
import { systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { openDatabase, type Database, type DatabaseOptions } from './platform/database.ts';
import { messageOf, OperatorError } from './platform/errors.ts';
import type { Logger } from './platform/logger.ts';
import { createMailer } from './platform/mail.ts';
import { openQueue, type Queue } from './platform/queue.ts';
import type { Shutdown } from './platform/shutdown.ts';
import { createProjector, PROJECTOR_SETTINGS, type Projector } from './projections/engine/projector.ts';
import { ensureServing } from './projections/engine/generation.ts';
import { openOperatorDatabase } from './projections/operate/operator.ts';
import { readSpamHosts } from './projections/operate/spam-file.ts';
import { CATALOG } from './projections/views.ts';

export interface ServerOptions {
  readonly wire: Wire;
  readonly config: Config;
  readonly log: Logger;
  /** What is started is registered here, in the order in which it has to stop. */
  readonly shutdown: Pick<Shutdown, 'register'>;
  /** Keeps an admin key that this start makes, before it counts. */
  readonly keepAdminKey?: (key: string) => Promise<void>;
}

export interface Server {
  /** Such as `http://127.0.0.1:8480`, with the port that was taken. */
  readonly baseUrl: string;
  /** The admin key, when this start made it: to be shown this once. */
  readonly newAdminKey: string | undefined;
  readonly ground: Ground;
  /** Role `writer`. */
  readonly writer: Database;
  readonly app: NestFastifyApplication;
}

/** Starts what the role asks for, and answers requests when it returns. @throws OperatorError that says what to do */
export async function startServer({ wire, config, log, shutdown, keepAdminKey }: ServerOptions): Promise<Server> {
  const isApi = config.role !== 'worker';
  const isWorker = config.role !== 'api';
  const started: {
    ground?: Ground;
    databases: Database[];
    queue?: Queue;
    projector?: Projector;
    sealer?: Sealer;
    follower?: LogFollower;
    intake?: Intake;
    keyring?: Keyring;
    app?: NestFastifyApplication;
  } = { databases: [] };
  // The last one is the first to stop.
  shutdown.register('PostgreSQL', async () => started.ground?.stop());
  shutdown.register('connections', () => closeAll(started.databases));
  shutdown.register('jobs', async () => started.queue?.stop());
  shutdown.register('segments', async () => started.sealer?.stop());
  shutdown.register('projections', async () => started.projector?.stop());
  shutdown.register('access log', async () => started.follower?.stop());
  shutdown.register('keys', async () => started.keyring?.stop());
  shutdown.register('hits', async () => started.intake?.stop());
  shutdown.register('HTTP', async () => started.app && closeApp(started.app, log));

  const spamHosts = await readSpamHosts(config.referrerSpamFile);
  const rules = { isSpamHost: spamMatcher([...defaultSpamHosts, ...spamHosts]) };
  const ground = (started.ground = await openGround(config, (line) => log.info(line)));
  const open = (name: string, max: number, o: Partial<DatabaseOptions> = {}): Database => {
    const onError = (e: Error): void => log.warn({ err: e }, 'a connection to the database was lost');
    const database = openDatabase({ url: ground.url, max, applicationName: `antics ${name}`, onError, ...o });
    started.databases.push(database);
    return database;
  };
  const owner = open('owner', 2);
  const writer = open('writer', 4, { role: 'writer' });
  const appender = open('appender', 1, { role: 'writer' });
  const reader = open('reader', 8, {
    role: 'reader',
    // Answers are short: workers of their own would take longer to start than to help.
    settings: { max_parallel_workers_per_gather: '0' },
    // A read holds up nothing but the dropping of old tables, so that a moment in which this process gets no processor
    // need not cost an answer.
    idleInTransactionTimeoutMs: 10_000,
  });

  await prepareLog(owner.db);
  await prepareProjections(owner, spamHosts, log);
  const newAdminKey = await ensureAdminKey(writer.db, config.adminKey, systemClock(), keepAdminKey);

  const keyring = (started.keyring = openKeyring(writer, log));
  const registry = createMetrics(reader, { owner, writer, appender, reader });
  const at = { baseUrl: baseUrlOf(config.host, config.port) };
  const proxy = { mode: config.auth, trusted: trustedProxies(config), adminGroup: config.adminGroup };
  const mailer = config.smtpUrl === undefined ? undefined : createMailer({ url: config.smtpUrl, from: config.mailFrom });
  const canMail = mailer !== undefined;
  const baseUrl = (): string => at.baseUrl;
  const limits = createRequestLimits({ rate: config.rateLimits.admin, trusted: proxy.trusted, metrics: registry });
  const asking = { keyring, proxy, sessions: openSessions(writer, log), limits };
  const queue = (): Queue => {
    if (started.queue === undefined) throw new Error('the queue is opened after the jobs are named');
    return started.queue;
  };
  const enqueueErasure = erasureIn(queue);
  const enqueueRebuilds = rebuildsIn(queue);
  const acceptBatch: BatchDoor = (batch) => {
    if (started.intake === undefined) throw new Error('the intake is opened before anybody is answered');
    return started.intake.acceptBatch(batch);
  };
  const operator = { database: openOperator(ground, log, started.databases), catalog: CATALOG, spamHosts };
  const asked = { ...asking, canMail, acceptBatch, enqueueErasure, enqueueRebuilds, operator };
  const parts = { appender, writer, reader, ...asked, registry, log, clock: systemClock, baseUrl };
  const app = (started.app = await createApp(wire, parts, isApi ? 'all' : 'health'));
  if (isApi) {
    const options = { config, writer, keyring, registry, log, rules, baseUrl };
    const intake = await openIntake(app, options, () => started.projector?.wake());
    started.intake = intake;
  }
  await addSecurityHeaders(app);
  if (isApi) serveOpenApi(app);

  if (isWorker) {
    const projectorDatabase = open('projector', 1, { settings: PROJECTOR_SETTINGS, statementTimeoutMs: 0 });
    const onError = (message: string): void => log.error(message);
    const onNotice = (message: string): void => log.warn(message);
    // Another one at each start: a process that comes after a killed one under its number is not that one.
    const holder = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
    started.projector = createProjector({ database: projectorDatabase, catalog: CATALOG, holder, onError, onNotice });
    started.projector.start();
    started.sealer = createSealer({ db: open('sealer', 1).db, onError });
    started.sealer.start();
    const follower = await openFollower(config, open('access log', 3, { role: 'writer' }), log, () => started.projector?.wake());
    if (follower !== undefined) (started.follower = follower).start();
  }
  const databases = { writer: writer.db, owner: owner.db, reader: reader.db };
  const { logRetentionDays } = config;
  const rebuilds = { url: ground.url, catalog: CATALOG, spamHosts };
  const jobs = jobsOf({ ...databases, rebuilds, mailer, queue, baseUrl, clock: systemClock, log, logRetentionDays });
  const onJobError = (e: Error): void => log.warn({ err: e }, 'a job failed, or their queue cannot be reached');
  started.queue = openQueue({ url: ground.url, jobs, work: isWorker, onError: onJobError });
  await started.queue.start();
  // What another worker has left, by whatever end.
  if (isWorker) await enqueueRebuilds();
  // The last: whoever finds it listening finds all of it.
  at.baseUrl = await listen(app, config);
  return { baseUrl: at.baseUrl, newAdminKey, ground, writer, app };
}

/** Nothing connects before an operator asks. */
function openOperator({ url }: Ground, log: Logger, opened: Database[]): Database {
  const onError = (e: Error): void => log.warn({ err: e }, 'a connection to the database was lost');
  const database = openOperatorDatabase({ url, applicationName: 'antics operator', onError });
  opened.push(database);
  return database;
}

async function closeAll(databases: readonly Database[]): Promise<void> {
  await Promise.all(databases.map((database) => database.close()));
}

async function prepareProjections(owner: Database, spamHosts: readonly string[], log: Logger): Promise<void> {
  const { stale, missing } = await ensureServing(owner.db, CATALOG, spamHosts);
  if (stale) log.warn('the figures were made by other rules: `antics projections rebuild all` applies those of now');
  if (missing.length > 0) log.warn({ views: missing }, 'views that are new: a worker builds them');
}

function openKeyring(writer: Database, log: Logger): Keyring {
  return createKeyring({
    async findByHash(hash) {
      const row = await readApiKeyByHash(writer.db, hash);
      return row && { ...row, siteIds: row.site_ids, expiresAt: row.expires_at };
    },
    noteUsed: (used) => noteKeysUsed(writer.db, used),
    onError: (e) => log.warn({ err: e }, 'it could not be noted which keys were used'),
    clock: systemClock,
  });
}

function openSessions(writer: Database, log: Logger): SessionRing {
  return createSessionRing({
    findByHash: (hash) => readSessionByHash(writer.db, hash),
    renew: (renewal) => renewSession(writer.db, renewal),
    onError: (e) => log.warn({ err: e }, 'a session could not be given another token'),
    clock: systemClock,
  });
}

interface IntakeParts {
  config: Config;
  writer: Database;
  keyring: Keyring;
  registry: Registry;
  log: Logger;
  rules: { isSpamHost: (host: string) => boolean };
  baseUrl: () => string;
}

async function openIntake(app: NestFastifyApplication, o: IntakeParts, onAppended: () => void): Promise<Intake> {
  const commands = app.get(CommandBus);
  const intake = createIntake({
    db: o.writer.db,
    record: (command: RecordHits) => commands.execute(command),
    trustedProxies: trustedProxies(o.config),
    countryOf: await openCountries(o.config.geoipFile),
    isSpamHost: o.rules.isSpamHost,
    canWriteEvents: o.keyring.canWriteEvents,
    rateLimits: o.config.rateLimits,
    baseUrl: o.baseUrl,
    log: o.log,
    metrics: o.registry,
    onAppended,
  });
  await intake.start();
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  registerEventRoute(fastify, intake);
  registerPixelRoute(fastify, intake);
  registerUmamiRoute(fastify, intake);
  registerCountRoute(fastify, intake);
  return intake;
}

async function openFollower(config: Config, { db }: Database, log: Logger, onAppended: () => void) {
  const { logPath: path, logBesideTracker: isBesideTracker } = config;
  if (path === undefined) return undefined;
  return createLogFollower({ db, path, isBesideTracker, countryOf: await openCountries(config.geoipFile), log, onAppended });
}

function trustedProxies(config: Config): readonly Cidr[] {
  const parsed = parseCidrList(config.trustedProxies.join(','));
  if (!parsed.ok) throw new OperatorError(`ANTICS_TRUSTED_PROXIES: ${parsed.errors.join('; ')}.`);
  return parsed.list;
}

async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  try {
    await app.init();
    // Not by Nest, which would log a taken port as well, in its own words.
    await app.getHttpAdapter().getInstance().listen({ port: config.port, host: config.host });
  } catch (e) {
    const { code } = e as { code?: unknown };
    if (code === 'EADDRINUSE') {
      throw new OperatorError(
        `Port ${config.port} of ${config.host} is in use: stop what listens there, or set ANTICS_PORT to another one.`,
        { cause: e },
      );
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new OperatorError(
        `Nobody may listen on ${config.host}, port ${config.port} (${messageOf(e)}): check ANTICS_HOST and ANTICS_PORT.`,
        { cause: e },
      );
    }
    throw e;
  }
  const address = app.getHttpServer().address();
  return baseUrlOf(config.host, typeof address === 'object' && address !== null ? address.port : config.port);
}

/** An address that one can type: nobody reaches a server at `0.0.0.0`. */
function baseUrlOf(host: string, port: number): string {
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}
