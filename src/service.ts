/**
 * The running service: a node, its HTTP interface, its metrics and its epochs. Opens in the order of
 * the data and closes in reverse, so that what was taken is finished and what was shown is there.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApp } from './api/app.js';
import { ClientCertificates } from './api/client-certificates.js';
import { messageClassesOf } from './api/message-classes.js';
import { metricsListener } from './api/metrics-server.js';
import { createMetrics, type Metrics } from './api/metrics.js';
import { type RunningServer, startServer } from './api/server.js';
import { augmentationMetrics, augmentationReasons, withBatches } from './augmentation-health.js';
import { Lifetime } from './base/lifetime.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { anchoringWithSeals } from './batch-seals.js';
import { MapKeeper } from './commands/keep-maps.js';
import type { Preparer } from './commands/preparation/preparer.js';
import type { TrySchema } from './commands/schema-trial.js';
import type { Config, Secrets } from './config.js';
import { type Anchoring, EpochTimer } from './epoch-timer.js';
import type { LedgerError } from './ledger/ledger-error.js';
import type { LedgerStoreOptions } from './ledger/ledger-store.js';
import { openAuthenticators } from './log-in.js';
import { anchoringWithMaps } from './map-epochs.js';
import { commitMetrics, nodeMetrics, signingMetrics, viewMetrics } from './node-metrics.js';
import { openAugmentation } from './open-augmentation.js';
import { batchReasons, openBatches } from './open-batches.js';
import { openNode, type OpenedNode } from './open-node.js';
import { FindableFields } from './queries/findable-fields.js';
import { SchemaRegistry } from './queries/ledger-schemas.js';
import { hasRecovered, type NodeHealth, readinessOf } from './readiness.js';
import type { PrintJob } from './reports/print-job.js';
import { routeModules } from './route-modules.js';
import type { ServedNode } from './route-parts.js';
import { searchSources } from './search-source.js';
import { readTlsFiles } from './tls-files.js';
import { programVersion } from './version.js';
import { NodeViews, type NodeViewsOptions } from './views/node-views.js';

export interface ServiceParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** Of streams of records; closed with the service. */
  readonly preparer: Preparer;
  /** Opens the engine of the views on their directory. */
  readonly openViews: NodeViewsOptions['openEngine'];
  /** For tests. */
  readonly store?: Partial<LedgerStoreOptions>;
  /** Before a schema is kept. */
  readonly trySchema: TrySchema;
  /** Of reports for people. */
  readonly print: PrintJob;
}

/** Long enough that clients which come every minute keep their connection. */
const KEEP_ALIVE_MILLIS = 65_000;

export class Service {
  readonly #config: Config;
  readonly #opened: OpenedNode;
  readonly #server: RunningServer;
  readonly #metricsServer: RunningServer | null;
  readonly #lifetime: Lifetime;
  /** Resolves when the store has failed: nothing more is acknowledged, and the process should end. */
  readonly failed: Promise<LedgerError>;

  private constructor(
    config: Config,
    opened: OpenedNode,
    server: RunningServer,
    metricsServer: RunningServer | null,
    lifetime: Lifetime,
    failed: Promise<LedgerError>,
  ) {
    this.#config = config;
    this.#opened = opened;
    this.#server = server;
    this.#metricsServer = metricsServer;
    this.#lifetime = lifetime;
    this.failed = failed;
  }

  /** @throws what the parts throw; then nothing is left open. */
  static async open(config: Config, secrets: Secrets, parts: ServiceParts): Promise<Service> {
    const lifetime = new Lifetime();
    // First, and closed last: commits in flight may still wait for what it prepares.
    lifetime.add(() => parts.preparer.close());
    try {
      const metrics = createMetrics();
      const { failed, onFailure, hasFailed } = storeFailure(parts.logger);
      const observer = commitMetrics(metrics.registry);
      const onTokenCrash = (error: unknown): void => {
        parts.logger.error('token interrupted', { error });
      };
      const surroundings = { ...parts, observer, onFailure, onTokenCrash };
      const opened = await openNode(config, secrets, surroundings);
      lifetime.add(() => opened.close());
      nodeMetrics(metrics.registry, opened.node);
      signingMetrics(metrics.registry, opened.signing);
      const { report } = opened.node.store;
      if (hasRecovered(report)) parts.logger.info('recovered', { ...report });

      const schemas = new SchemaRegistry(opened.node.store);
      const findable = new FindableFields(schemas);
      const views = await openViews(config, parts, opened, findable);
      lifetime.add(() => views.close());
      viewMetrics(metrics.registry, views);
      const maps = new MapKeeper({ views, clock: parts.clock, sleep: delay });
      const augmentation = await followSignatures(config, parts, opened, metrics);
      const { keeper: batches, seals } = openBatches(config, parts, opened, metrics.registry);
      const anchoring = withBatches(
        anchoringWithMaps(anchoringWithSeals(opened.node, seals), opened.node, maps, parts.logger),
        augmentation?.follower ?? null,
      );
      const epochs = epochTimer(config, parts, anchoring);
      const inner = { ...opened, schemas, findable, views, maps, batches, anchoring };
      const stopping = new AbortController();
      const server = await listen(
        config,
        parts,
        metrics,
        { ...inner, stopping: stopping.signal },
        () => ({
          hasFailed: hasFailed(),
          anchoringFailures: epochs.failures,
          viewsFailure: views.failure,
          augmentation: [
            ...batchReasons(seals),
            ...(augmentation === null
              ? []
              : augmentationReasons(augmentation.follower.backlog, parts.clock.now())),
          ],
        }),
      );
      lifetime.add(() => {
        stopping.abort();
        return server.stop(config.shutdownTimeoutMillis);
      });
      const metricsServer = await listenForMetrics(config, parts, metrics);
      if (metricsServer !== null) lifetime.add(() => metricsServer.stop(0));
      epochs.start();
      lifetime.add(() => epochs.stop());
      if (augmentation !== null) {
        augmentation.timer.start();
        lifetime.add(() => augmentation.timer.stop());
      }
      return new Service(config, opened, server, metricsServer, lifetime, failed);
    } catch (cause) {
      await lifetime.close();
      throw cause;
    }
  }

  /** `http://127.0.0.1:8787`, or with `https:`, with the port that was taken. */
  get url(): string {
    return this.#server.url;
  }

  /** Null unless metrics are served. */
  get metricsUrl(): string | null {
    return this.#metricsServer?.url ?? null;
  }

  /** The first API key, if it was made just now and not chosen by the operator: shown once. */
  get firstKey(): string | null {
    return this.#opened.firstKey;
  }

  /** What the operator pays to, where anchors cost something. */
  get anchorAddress(): string | null {
    return this.#opened.anchorAddress;
  }

  /**
   * Reads the files of TLS again, for connections to come. False where the node speaks plain HTTP.
   * @throws ConfigError CONFIG_TLS_UNUSABLE; then everything goes on with what was read before.
   */
  async reloadTls(): Promise<boolean> {
    const material = await readTlsFiles(this.#config);
    if (material === null) return false;
    this.#server.replaceTls(material);
    return true;
  }

  /**
   * Takes no more requests, finishes those in flight and their commits, remembers the heads outside
   * the data directory. @throws what could not be finished; everything is closed all the same.
   */
  close(): Promise<void> {
    return this.#lifetime.close();
  }
}

interface StoreFailure {
  readonly failed: Promise<LedgerError>;
  readonly onFailure: (error: LedgerError) => void;
  readonly hasFailed: () => boolean;
}

function storeFailure(logger: Logger): StoreFailure {
  let hasFailed = false;
  let settle: (error: LedgerError) => void = () => undefined;
  const failed = new Promise<LedgerError>((resolve) => {
    settle = resolve;
  });
  return {
    failed,
    onFailure: (error) => {
      hasFailed = true;
      logger.error('store failed', { error });
      settle(error);
    },
    hasFailed: () => hasFailed,
  };
}

function openViews(
  { data }: Config,
  { clock, logger, openViews: openEngine }: ServiceParts,
  { node }: OpenedNode,
  findable: FindableFields,
): Promise<NodeViews> {
  const readers = node.store.allLedgers().flatMap(({ logs }) => logs);
  const searchSource = searchSources(node.store, findable);
  const directory = join(data, 'views');
  return NodeViews.open({ directory, openEngine, logger, clock, searchSource }, readers);
}

/** Null where the node makes no time-stamps: without one nothing can be raised. */
async function followSignatures(
  { data, signatureGraceMillis: graceMillis }: Config,
  { clock, random, logger }: ServiceParts,
  { node: { store }, signing }: OpenedNode,
  { registry }: Metrics,
): Promise<Awaited<ReturnType<typeof openAugmentation>> | null> {
  const { timeStamps, revocation, anchors } = signing;
  if (timeStamps === null) return null;
  const opened = await openAugmentation({
    dataDirectory: data,
    store,
    services: { timeStamps, revocation, anchors },
    graceMillis,
    clock,
    random,
    logger,
  });
  augmentationMetrics(registry, () => opened.follower.backlog, clock);
  return opened;
}

function epochTimer(
  { epochIntervalMillis }: Config,
  { logger }: ServiceParts,
  anchoring: Anchoring,
): EpochTimer {
  return new EpochTimer({ anchoring, intervalMillis: epochIntervalMillis, logger });
}

async function listen(
  config: Config,
  { clock, random, logger, preparer, trySchema, print }: ServiceParts,
  metrics: Metrics,
  { stopping, ...opened }: ServedNode & { readonly stopping: AbortSignal },
  health: () => Pick<
    NodeHealth,
    'hasFailed' | 'anchoringFailures' | 'viewsFailure' | 'augmentation'
  >,
): Promise<RunningServer> {
  const { host, port, requestTimeoutMillis, requestsPerMinute } = config;
  const { store } = opened.node;
  const readiness = (): ReturnType<typeof readinessOf> =>
    readinessOf({
      ...health(),
      refusal: store.refusal,
      isDevelopment: opened.isDevelopment,
      isAnchoredOutside: config.anchorChain === 'bitcoin',
      recovery: store.report,
      backlog: store.backlog,
    });
  const certificates = new ClientCertificates();
  const material = await readTlsFiles(config);
  const { registry } = opened;
  const authenticators = await openAuthenticators(config, { registry, clock, logger });
  const parts = {
    config,
    opened,
    authenticators,
    certificates,
    clock,
    random,
    preparer,
    trySchema,
    print,
    readiness,
    stopping,
  };
  const app = createApp({
    logger,
    version: programVersion(),
    modules: routeModules(parts),
    requestTimeoutMillis,
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    // Timing a request is not free: only where someone can read what came of it.
    ...(config.metricsPort !== undefined && { observe: metrics.observe }),
  });
  return startServer(app, {
    messages: messageClassesOf(app),
    host,
    port,
    headersTimeoutMillis: requestTimeoutMillis,
    keepAliveTimeoutMillis: KEEP_ALIVE_MILLIS,
    ...(material !== null && { tls: { material, certificates } }),
  });
}

async function listenForMetrics(
  { host, metricsPort, requestTimeoutMillis }: Config,
  { logger }: ServiceParts,
  { registry }: Metrics,
): Promise<RunningServer | null> {
  if (metricsPort === undefined) return null;
  return startServer(metricsListener(registry, logger), {
    host,
    port: metricsPort,
    headersTimeoutMillis: requestTimeoutMillis,
    keepAliveTimeoutMillis: KEEP_ALIVE_MILLIS,
  });
}
