/** What routes are made of: the node that is served, what its process gives, and what nearly all routes take. */
import type { Authenticator } from './access/authenticator.js';
import type { TenantName } from './access/tenant-name.js';
import type { BackendStatus } from './anchoring/backend-status.js';
import type { RouteModule } from './api/app.js';
import { createGuard, type Guard } from './api/authentication.js';
import type { BodyLimits } from './api/body.js';
import type { ClientCertificates } from './api/client-certificates.js';
import { ContainerSeals } from './api/container-seals.js';
import { createCursorCodec, type CursorCodec } from './api/cursor.js';
import { LedgerPlaces } from './api/ledger-places.js';
import { createLoginLimiter } from './api/rate-limit.js';
import type { Readiness } from './api/routes/health.js';
import type { BackupKeeper } from './backup/backup-keeper.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { AppendRecordsDeps } from './commands/append-target.js';
import type { BatchKeeper } from './commands/keep-batches.js';
import type { MapKeeper } from './commands/keep-maps.js';
import type { Preparer } from './commands/preparation/preparer.js';
import type { TrySchema } from './commands/schema-trial.js';
import type { Config } from './config.js';
import type { Anchoring } from './epoch-timer.js';
import type { Drives } from './files/drives.js';
import { FolderGrants } from './files/folder-grants.js';
import type { OpenedCalendars } from './open-calendars.js';
import type { OpenedNode } from './open-node.js';
import type { OpenedReplication } from './open-replication.js';
import type { EvidenceParts } from './queries/entry-evidence.js';
import type { FindableFields } from './queries/findable-fields.js';
import type { IdentityBook } from './queries/identity-book.js';
import type { SchemaRegistry } from './queries/ledger-schemas.js';
import type { NodeTrustParts } from './queries/node-trust.js';
import { TenantLedgers } from './queries/tenant-ledgers.js';
import type { WaitingOf } from './queries/waiting-signature.js';
import type { Timers } from './replication/links/timers.js';
import type { PrintJob } from './reports/print-job.js';
import type { NodeViews } from './views/node-views.js';

/** A node with what serving it needs besides. */
export interface ServedNode extends OpenedNode {
  readonly schemas: SchemaRegistry;
  readonly findable: FindableFields;
  readonly identityBook: IdentityBook;
  readonly views: NodeViews;
  readonly maps: MapKeeper;
  readonly batches: BatchKeeper;
  readonly anchoring: Anchoring;
  /** Null where nothing raises signatures. */
  readonly waitingOf: WaitingOf | null;
  readonly calendars: OpenedCalendars;
  readonly backends: () => readonly BackendStatus[];
  readonly backups: BackupKeeper;
  /** Null of a node without peers. */
  readonly replication: OpenedReplication | null;
  readonly files: Drives;
}

export interface RouteParts {
  readonly config: Config;
  readonly opened: ServedNode;
  readonly authenticators: readonly Authenticator[];
  readonly certificates: ClientCertificates;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly preparer: Preparer;
  readonly trySchema: TrySchema;
  readonly print: PrintJob;
  readonly readiness: () => Readiness;
  /** Aborted when the node begins to stop: what would go on without end then ends. */
  readonly stopping: AbortSignal;
  /** Of what waits for other nodes. */
  readonly timers: Timers;
}

/** Shorter than a client waits for an answer. */
const READ_WAIT_MILLIS = 5_000;

/** One of each for all routes. */
export interface SharedParts {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly ledgers: TenantLedgers;
  readonly body: BodyLimits;
  readonly seals: ContainerSeals;
  readonly folderGrants: FolderGrants;
  readonly timeoutMillis: number;
}

export function sharedParts(parts: RouteParts): SharedParts {
  const { config, opened, authenticators, certificates, clock } = parts;
  const { node, views, maps } = opened;
  const { seal } = node;
  const { book, recorder, inspections } = opened.access;
  const timeoutMillis = config.requestTimeoutMillis;
  const ledgers = new TenantLedgers({
    store: node.store,
    marksOf: node.marksOf,
    clock,
    views,
    maps,
    timeZoneOf: (tenant) => book.of(tenant as TenantName).settings.timeZone,
  });
  const folderGrants = new FolderGrants({ ...ownAppending(parts, ledgers), ledgers });
  return {
    folderGrants,
    guard: createGuard({
      authenticators,
      certificates,
      limiter: createLoginLimiter(config.failedLoginsPerMinute, clock),
      authority: book,
      inspections,
      log: recorder,
      folders: folderGrants,
      places: new LedgerPlaces({
        logOf: (tenant, name) => {
          const handle = node.store.tenantNamed(tenant)?.handle;
          const found = handle === undefined ? [] : node.store.ledgersOf(handle);
          return found.find(({ identity }) => identity.name === name)?.reader ?? null;
        },
        port: opened.replication?.port ?? null,
        stopping: parts.stopping,
        timers: parts.timers,
        waitMillis: READ_WAIT_MILLIS,
      }),
    }),
    cursors: createCursorCodec(node.derivedKey('cursors')),
    ledgers,
    body: { maxBytes: config.maxBodyBytes, timeoutMillis },
    seals: new ContainerSeals({
      seal: seal && ((content) => seal.seal(content, clock.now())),
      perMinute: config.containerSealsPerMinute,
      clock,
    }),
    timeoutMillis,
  };
}

/** For records that the node writes of itself, in ledgers of tenants. */
export function ownAppending(
  { opened, clock, random }: Pick<RouteParts, 'opened' | 'clock' | 'random'>,
  { marksOf }: Pick<TenantLedgers, 'marksOf'>,
): AppendRecordsDeps {
  const { identityBook: identities, node } = opened;
  return {
    ...{ store: node.store, clock, random, marksOf, identities },
    idempotencyKey: (tenant) => node.tenantKeys(tenant).idempotency,
  };
}

/** What evidence files are gathered from. */
export function evidenceParts({ node, calendars }: ServedNode): EvidenceParts {
  return {
    anchored: node.anchored,
    stamped: node.stamped,
    witnessed: node.witnessed,
    byCalendars: calendars.stamped,
    identities: node.identities,
    historiesOf: node.historiesOf,
  };
}

/** What the node would have verifiers trust. */
export function trustParts({ node, logName, roots, isDevelopment }: OpenedNode): NodeTrustParts {
  return {
    store: node.store,
    name: logName,
    certificates: roots,
    chain: node.chain,
    anchors: node.anchors,
    isDevelopment,
  };
}

export function v1(router: RouteModule['router'], describe: RouteModule['describe']): RouteModule {
  return { mountPath: '/v1', router, describe };
}
