/** The drives of a node that serves. */
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { Config } from './config.js';
import { contentMetrics } from './content-health.js';
import type { SealingPort } from './files/chunks/sealing.js';
import { Drives } from './files/drives.js';
import type { OpenedNode } from './open-node.js';
import type { OpenedReplication } from './open-replication.js';
import type { IdentityBook } from './queries/identity-book.js';
import type { MarksOf } from './queries/receipt.js';
import type { ContentStatus } from './replication/chunks/content-status.js';
import type { Holdings } from './replication/chunks/shared-chunks.js';
import { systemTimers } from './replication/links/timers.js';
import type { NodeViews } from './views/node-views.js';

export interface FilesSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly identities: IdentityBook;
  readonly views: NodeViews;
  readonly marksOf: MarksOf;
  readonly sealing?: SealingPort;
}

/** @throws as `Drives.open`. */
export function openFiles(
  { data }: Config,
  { node, access }: OpenedNode,
  { clock, random, identities, views, marksOf, sealing }: FilesSurroundings,
): Promise<Drives> {
  return Drives.open({
    directory: join(data, 'files'),
    random,
    store: node.store,
    appending: {
      ...{ store: node.store, clock, random, marksOf, identities },
      idempotencyKey: (tenant) => node.tenantKeys(tenant).idempotency,
    },
    ...(sealing !== undefined && { sealing }),
    filesKey: (tenant) => node.tenantKeys(tenant).files,
    createLedger: async (tenant, name) => {
      const ledger = await node.createLedger(tenant, name);
      views.of(ledger.reader).catch(() => undefined);
      return ledger;
    },
    typeClassesOf: (tenant) => access.retention.policiesOf(tenant).types,
  });
}

/** What peers get of the drives' content, and have put here; they may ask before the drives ask them. */
export function holdingsOf(files: Drives): Holdings {
  return {
    get: (tenant, address) => files.chunks.get(address, tenant),
    hold: (origin, content, signal) =>
      files.replicas?.hold(origin, content, signal) ?? Promise.resolve('later'),
  };
}

/** Content of drives comes from peers from here on, and goes to them; of a node without peers nothing does. */
export function joinPeers(
  { quorumTimeoutMillis }: Pick<Config, 'quorumTimeoutMillis'>,
  files: Drives,
  replication: OpenedReplication | null,
  { logger, registry }: { readonly logger: Logger; readonly registry: Registry },
): void {
  const chunks = replication?.chunks ?? null;
  if (replication === null || chunks === null) return;
  const { settings } = replication;
  const { keep, ledgers, maxBytes, maxBytesPerSecond } = settings.files;
  const named = new Map(ledgers.map((one) => [`${one.tenant}/${one.ledger}`, one.keep]));
  files.joinPeers({
    peers: chunks,
    settings: {
      ...{ maxBytes, maxBytesPerSecond, quorumMillis: quorumTimeoutMillis },
      keepingOf: (tenant, ledger) => named.get(`${tenant}/${ledger}`) ?? keep,
    },
    ...{ timers: systemTimers, logger },
  });
  contentMetrics(registry, () => contentStatus(files, replication));
}

/** Null where no content goes between nodes. */
export function contentStatus(
  files: Drives,
  replication: Pick<OpenedReplication, 'chunks'> | null,
): ContentStatus | null {
  const chunks = replication?.chunks ?? null;
  if (chunks === null || files.replicas === null) return null;
  return { ...files.replicas.status(), peers: chunks.status() };
}
