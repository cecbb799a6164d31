/** The S3 port of a node: its listener over the node's keys, its access ledger and whatever serves the operations. */
import { s3Credentials } from './access/s3-key.js';
import { ClientCertificates } from './api/client-certificates.js';
import type { Metrics } from './api/metrics.js';
import { createLoginLimiter, createRequestLimiter } from './api/rate-limit.js';
import { type RunningServer, startServer } from './api/server.js';
import type { TlsMaterial } from './api/tls.js';
import type { Logger } from './base/logger.js';
import type { Clock } from './base/time.js';
import type { Config } from './config.js';
import { createS3Access } from './gateways/s3/create-s3-access.js';
import type { S3Access } from './gateways/s3/s3-access.js';
import { s3Listener } from './gateways/s3/s3-listener.js';
import { s3Metrics } from './gateways/s3/s3-metrics.js';
import type { S3Operations } from './gateways/s3/s3-operations.js';
import type { OpenedNode } from './open-node.js';
import { readTlsFiles } from './tls-files.js';

/** Puts together what serves the operations, once the node is open. */
export type S3OperationsOf = (access: S3Access) => S3Operations;

/** As the API: clients with many files keep their connections. */
const KEEP_ALIVE_MILLIS = 65_000;

/** Null unless there is an S3 port. @throws ConfigError for what TLS cannot use; whatever keeps the port from being taken. */
export async function listenForS3(
  config: Config,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  { registry }: Metrics,
  opened: Pick<OpenedNode, 'node' | 'registry' | 'access'>,
  operationsOf: S3OperationsOf,
): Promise<RunningServer | null> {
  const { host, s3Port, s3Domain, requestTimeoutMillis, requestsPerMinute } = config;
  if (s3Port === undefined) return null;
  const { book: authority, recorder: log } = opened.access;
  const material = await readTlsFiles(config);
  const listener = s3Listener({
    operations: operationsOf(createS3Access({ authority, log })),
    registry: opened.registry,
    credentialOf: s3Credentials(opened.node.derivedKey('s3')),
    limiter: createLoginLimiter(config.failedLoginsPerMinute, clock),
    ...(requestsPerMinute !== undefined && {
      requests: createRequestLimiter(requestsPerMinute, clock),
    }),
    ...(s3Domain !== undefined && { domain: s3Domain }),
    isTls: material !== null,
    idleMillis: requestTimeoutMillis,
    log,
    clock,
    logger,
    metrics: s3Metrics(registry),
  });
  return startServer(listener, {
    host,
    port: s3Port,
    headersTimeoutMillis: requestTimeoutMillis,
    keepAliveTimeoutMillis: KEEP_ALIVE_MILLIS,
    saysContinue: true,
    ...(material !== null && {
      tls: { material: forS3(material), certificates: new ClientCertificates() },
    }),
  });
}

/** Nobody logs in there with a certificate. */
export function forS3(material: TlsMaterial): TlsMaterial {
  return { ...material, clientCa: null };
}
