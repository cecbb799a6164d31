/** Where a node is spoken to: its HTTP interface, and its metrics on a port of their own. */
import { createApp } from './api/app.js';
import { ClientCertificates } from './api/client-certificates.js';
import { messageClassesOf } from './api/message-classes.js';
import { metricsListener } from './api/metrics-server.js';
import type { Metrics } from './api/metrics.js';
import type { Readiness } from './api/routes/health.js';
import { type RunningServer, startServer } from './api/server.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config.js';
import { openAuthenticators } from './log-in.js';
import { type NodeHealth, readinessOf } from './readiness.js';
import { systemTimers, type Timers } from './replication/links/timers.js';
import { routeModules } from './route-modules.js';
import type { RouteParts, ServedNode } from './route-parts.js';
import { readTlsFiles } from './tls-files.js';
import { programVersion } from './version.js';

export interface ListenerParts extends Pick<
  RouteParts,
  'clock' | 'random' | 'preparer' | 'trySchema' | 'print'
> {
  readonly logger: Logger;
  readonly timers?: Timers;
}

/** What is known of its health outside the node that is served. */
export type ServiceHealth = Pick<
  NodeHealth,
  'hasFailed' | 'anchoringFailures' | 'inconsistentLogs' | 'viewsFailure' | 'augmentation'
>;

/** Long enough that clients which come every minute keep their connection. */
const KEEP_ALIVE_MILLIS = 65_000;

/** @throws ConfigError for what TLS or log-in cannot use; whatever keeps the port from being taken. */
export async function listen(
  config: Config,
  { clock, random, logger, preparer, trySchema, print, timers = systemTimers }: ListenerParts,
  metrics: Metrics,
  { stopping, ...opened }: ServedNode & Pick<RouteParts, 'stopping'>,
  health: () => ServiceHealth,
): Promise<RunningServer> {
  const { host, port, requestTimeoutMillis, requestsPerMinute } = config;
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
    timers,
    readiness: () => readinessNow(config, opened, health()),
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

/** Null unless metrics are served. */
export async function listenForMetrics(
  { host, metricsPort, requestTimeoutMillis }: Config,
  { logger }: Pick<ListenerParts, 'logger'>,
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

function readinessNow(
  { anchorChain }: Config,
  { node, isDevelopment, escrow }: ServedNode,
  health: ServiceHealth,
): Readiness {
  const { store } = node;
  return readinessOf({
    ...health,
    refusal: store.refusal,
    isDevelopment,
    isAnchoredOutside: anchorChain === 'bitcoin',
    recovery: store.report,
    backlog: store.backlog,
    anchorAlarms: node.anchorStatus().report.alarms,
    escrow: escrow?.health ?? null,
  });
}
