/**
 * The running service: a node, its HTTP interface, its metrics and its epochs. Opens in the order of
 * the data and closes in reverse, so that what was taken is finished and what was shown is there.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createMetrics } from './api/metrics.js';
import type { RunningServer } from './api/server.js';
import { Lifetime } from './base/lifetime.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { blindPeerMetrics, blindPeerReasons } from './blind-peer-health.js';
import { MapKeeper } from './commands/keep-maps.js';
import type { Preparer } from './commands/preparation/preparer.js';
import type { TrySchema } from './commands/schema-trial.js';
import type { Config, Secrets } from './config.js';
import { contentReasons } from './content-health.js';
import { anchoringWithSteps } from './epoch-steps.js';
import { type Anchoring, EpochTimer } from './epoch-timer.js';
import type { SealingPort } from './files/chunks/sealing.js';
import { LONG_BYTES } from './gateways/s3/operations/made-answer.js';
import { s3Operations } from './gateways/s3/operations/serve-operations.js';
import { keepersMetrics } from './keepers-metrics.js';
import type { WriteOnceFiles } from './keys/write-once.js';
import type { LedgerError } from './ledger/ledger-error.js';
import type { LedgerStoreOptions } from './ledger/ledger-store.js';
import { forS3, listenForS3, type S3OperationsOf } from './listen-for-s3.js';
import { listen, listenForMetrics } from './listeners.js';
import { coverLedgers } from './map-epochs.js';
import {
  anchorMetrics,
  commitMetrics,
  erasureMetrics,
  nodeMetrics,
  signingMetrics,
  viewMetrics,
} from './node-metrics.js';
import { openAugmentation } from './open-augmentation.js';
import { openBackends } from './open-backends.js';
import { openBackups } from './open-backups.js';
import { batchReasons, openBatches } from './open-batches.js';
import { calendarReasons, openCalendars } from './open-calendars.js';
import { contentStatus, holdingsOf, joinPeers, openFiles } from './open-files.js';
import { openNode, type OpenedNode } from './open-node.js';
import { openReplication, type OpenSharing, readReplication } from './open-replication.js';
import { sharingOver } from './open-sharing.js';
import { witnessMetrics, witnessReasons } from './open-witnesses.js';
import { FindableFields } from './queries/findable-fields.js';
import { IdentityBook } from './queries/identity-book.js';
import { SchemaRegistry } from './queries/ledger-schemas.js';
import { QuorumPatience } from './quorum-patience.js';
import { hasRecovered } from './readiness.js';
import { keeperReasons } from './replication/keepers/keeper-trouble.js';
import type { Timers } from './replication/links/timers.js';
import { replicationMetrics, replicationReasons } from './replication-health.js';
import type { PrintJob } from './reports/print-job.js';
import { searchSources } from './search-source.js';
import { storeFailure } from './store-failure.js';
import { readTlsFiles } from './tls-files.js';
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
  /** For tests, as in `NodeSurroundings`. */
  readonly rowsAnEntry?: number;
  /** See `NodeSurroundings`. */
  readonly needsRecoveryKeys?: boolean;
  /** For tests: where anchor files are written. */
  readonly writeOnce?: WriteOnceFiles;
  /** Of long content of files; closed with the service, and in this thread without it. */
  readonly sealing?: SealingPort;
  /** Before a schema is kept. */
  readonly trySchema: TrySchema;
  /** Of reports for people. */
  readonly print: PrintJob;
  /** For tests: what serves the operations of S3. */
  readonly s3Operations?: S3OperationsOf;
  /** For tests: what keeps ledgers together with peers. */
  readonly openSharing?: OpenSharing;
  /** For tests. */
  readonly timers?: Timers;
}

interface Servers {
  readonly api: RunningServer;
  /** Null of what is not served. */
  readonly metrics: RunningServer | null;
  readonly s3: RunningServer | null;
}

export class Service {
  readonly #config: Config;
  readonly #opened: OpenedNode;
  readonly #servers: Servers;
  readonly #lifetime: Lifetime;
  /** Resolves when the store has failed: nothing more is acknowledged, and the process should end. */
  readonly failed: Promise<LedgerError>;

  private constructor(
    config: Config,
    opened: OpenedNode,
    servers: Servers,
    lifetime: Lifetime,
    failed: Promise<LedgerError>,
  ) {
    this.#config = config;
    this.#opened = opened;
    this.#servers = servers;
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
      const erasureObserver = erasureMetrics(metrics.registry);
      const surroundings = { ...parts, observer, erasureObserver, onFailure, onTokenCrash };
      const sharing = await readReplication(config);
      const opened = await openNode(config, secrets, surroundings);
      lifetime.add(() => opened.close());
      nodeMetrics(metrics.registry, opened.node);
      anchorMetrics(metrics.registry, opened.node);
      const { witnesses } = opened.node;
      if (witnesses !== null) {
        lifetime.add(() => witnesses.stop());
        witnessMetrics(metrics.registry, () => witnesses.status);
      }
      signingMetrics(metrics.registry, opened.signing);
      const { report } = opened.node.store;
      if (hasRecovered(report)) parts.logger.info('recovered', { ...report });

      const schemas = new SchemaRegistry(opened.node.store);
      const findable = new FindableFields(schemas);
      const identityBook = new IdentityBook(opened.node.store);
      const views = await openViews(config, parts, opened, findable);
      lifetime.add(() => views.close());
      // It asks the views, and must not find them closed.
      lifetime.add(() => opened.eraser.close());
      viewMetrics(metrics.registry, views);
      const files = await openFiles(config, opened, {
        ...{ clock: parts.clock, random: parts.random, identities: identityBook, views },
        marksOf: opened.node.marksOf,
        ...(parts.sealing !== undefined && { sealing: parts.sealing }),
      });
      lifetime.add(() => files.close());
      const replication =
        sharing === null
          ? null
          : await openReplication(
              sharing,
              opened.keyStore,
              { ...parts, store: opened.node.store },
              parts.openSharing ?? sharingOver(config, opened, holdingsOf(files), onFailure),
            );
      const keepers = replication?.keepers ?? null;
      let late: NodeJS.Timeout | undefined;
      if (replication !== null) {
        lifetime.add(() => {
          clearTimeout(late);
          return replication.close();
        });
        joinPeers(config, files, replication, { ...parts, ...metrics });
        replicationMetrics(metrics.registry, () => replication.port.status());
        if (keepers !== null) keepersMetrics(metrics.registry, () => keepers.status());
        blindPeerMetrics(metrics.registry, replication.blindPeers);
      }
      const patience = new QuorumPatience();
      const maps = new MapKeeper({ views, clock: parts.clock, sleep: delay });
      const augmentation = await openAugmentation(config, parts, opened, metrics);
      const { keeper: batches, seals } = openBatches(config, parts, opened, metrics.registry);
      const calendars = await openCalendars(config, secrets, parts, opened.node, metrics.registry);
      lifetime.add(() => calendars.stamps?.stop() ?? Promise.resolve());
      const backends = openBackends(config, parts, opened, metrics.registry, {
        witnesses: () => opened.node.witnesses?.status ?? null,
        calendars: () => calendars.stamps?.status ?? null,
        chainFailures: () => epochs.failures,
        chainFailure: () => epochs.failure,
      });
      lifetime.add(() => backends.stop());
      const content = () => files.chunks.taken();
      const backups = await openBackups(config, { ...parts, content }, opened, metrics.registry);
      lifetime.add(() => backups.stop());
      const anchoring = anchoringWithSteps(opened.node, {
        before: [
          () => coverLedgers(opened.node.store, maps, parts.logger, patience),
          ...(seals === null ? [] : [() => seals.round()]),
        ],
        after:
          augmentation === null
            ? []
            : [
                () => {
                  augmentation.follower.beginBatch();
                },
              ],
        always: [witnesses, calendars.stamps, backends].map((others) => () => {
          others?.begin();
        }),
      });
      const epochs = epochTimer(config, parts, anchoring);
      const waitingOf = augmentation?.waitingOf ?? null;
      const inner = {
        ...{
          ...opened,
          schemas,
          findable,
          identityBook,
          views,
          maps,
          batches,
          anchoring,
          waitingOf,
          calendars,
          replication,
          files,
        },
        backends: () => backends.statuses(),
        backups: backups.keeper,
      };
      const stopping = new AbortController();
      const server = await listen(
        config,
        parts,
        metrics,
        { ...inner, stopping: stopping.signal },
        () => ({
          hasFailed: hasFailed(),
          anchoringFailures: epochs.failures,
          inconsistentLogs: opened.node.anchorStatus().inconsistent.length,
          viewsFailure: views.failure,
          augmentation: [
            ...witnessReasons(witnesses),
            ...backends.reasons(),
            ...calendarReasons(calendars.stamps),
            ...batchReasons(seals),
            ...backups.reasons(),
            ...(replication === null
              ? []
              : [
                  ...replicationReasons(replication.port.status()),
                  ...blindPeerReasons(replication.blindPeers()),
                ]),
            ...(keepers === null ? [] : keeperReasons(keepers.status())),
            ...contentReasons(contentStatus(files, replication)),
            ...(augmentation?.reasons() ?? []),
          ],
        }),
      );
      lifetime.add(() => {
        stopping.abort();
        return server.stop(config.shutdownTimeoutMillis);
      });
      const metricsServer = await listenForMetrics(config, parts, metrics);
      if (metricsServer !== null) lifetime.add(() => metricsServer.stop(0));
      const { s3Operations: ofTest, clock } = parts;
      const operationsOf =
        ofTest ??
        ((access) => s3Operations({ drives: files, access, clock, longBytes: LONG_BYTES }));
      const s3Server = await listenForS3(config, parts, metrics, opened, operationsOf);
      if (s3Server !== null) lifetime.add(() => s3Server.stop(config.shutdownTimeoutMillis));
      epochs.start();
      lifetime.add(() => epochs.stop());
      if (augmentation !== null) {
        augmentation.timer.start();
        lifetime.add(() => augmentation.timer.stop());
      }
      // Begun before anything is closed: a node whose quorum is away could not be stopped while it waits to write.
      lifetime.add(() => {
        late = setTimeout(() => replication?.callOff(), config.shutdownTimeoutMillis);
        return Promise.resolve();
      });
      const servers = { api: server, metrics: metricsServer, s3: s3Server };
      return new Service(config, opened, servers, lifetime, failed);
    } catch (cause) {
      await lifetime.close();
      throw cause;
    }
  }

  /** `http://127.0.0.1:8787`, or with `https:`, with the port that was taken. */
  get url(): string {
    return this.#servers.api.url;
  }

  /** Null unless metrics are served. */
  get metricsUrl(): string | null {
    return this.#servers.metrics?.url ?? null;
  }

  /** Null unless S3 is spoken. */
  get s3Url(): string | null {
    return this.#servers.s3?.url ?? null;
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
    this.#servers.api.replaceTls(material);
    this.#servers.s3?.replaceTls(forS3(material));
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

function epochTimer(
  { epochIntervalMillis }: Config,
  { logger }: ServiceParts,
  anchoring: Anchoring,
): EpochTimer {
  return new EpochTimer({ anchoring, intervalMillis: epochIntervalMillis, logger });
}
