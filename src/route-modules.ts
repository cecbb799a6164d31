/** Which routes there are, and what each is given. */
import { ACCESS_LEDGER } from './access/access-entry.js';
import type { Authenticator } from './access/authenticator.js';
import type { Principal } from './access/authorize.js';
import type { TenantName } from './access/tenant-name.js';
import { DEFAULT_TENANT, isTenantName } from './access/tenant-name.js';
import type { RouteModule } from './api/app.js';
import { createGuard } from './api/authentication.js';
import type { ClientCertificates } from './api/client-certificates.js';
import { createCursorCodec } from './api/cursor.js';
import { createLoginLimiter } from './api/rate-limit.js';
import { accessRoutes, describeAccess } from './api/routes/access.js';
import { anchorsRoutes, describeAnchors } from './api/routes/anchors.js';
import { consoleRoutes, describeConsole } from './api/routes/console.js';
import { describeEntryFiles, entryFilesRoutes } from './api/routes/entry-files.js';
import { describeExport, exportRoutes } from './api/routes/export.js';
import { describeFeed, FEED_TIMES, feedRoutes } from './api/routes/feed.js';
import { describeGrants, grantsRoutes } from './api/routes/grants.js';
import { describeHealth, healthRoutes, type Readiness } from './api/routes/health.js';
import {
  describeInspectionPackage,
  inspectionPackageRoutes,
} from './api/routes/inspection-package.js';
import { describeInspections, inspectionsRoutes } from './api/routes/inspections.js';
import { describeKeys, keyCreation, keysRoutes } from './api/routes/keys.js';
import { describeLedgers, ledgersRoutes } from './api/routes/ledgers.js';
import { describeLog, logRoutes } from './api/routes/log.js';
import { describeRecords, recordsRoutes } from './api/routes/records.js';
import { describeSchemas, schemasRoutes } from './api/routes/schemas.js';
import { describeSignatures, signaturesRoutes } from './api/routes/signatures.js';
import { describeSubjectExport, subjectExportRoutes } from './api/routes/subject-export.js';
import { describeSubjectSearch, subjectSearchRoutes } from './api/routes/subject-search.js';
import { describeSubjects, subjectsRoutes } from './api/routes/subjects.js';
import { describeTenants, tenantsRoutes } from './api/routes/tenants.js';
import { describeVerify, verifyRoutes } from './api/routes/verify.js';
import { SearchBudget } from './api/search-budget.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { appendRecordTexts } from './commands/append-record-texts.js';
import type { AppendTarget } from './commands/append-target.js';
import type { MapKeeper } from './commands/keep-maps.js';
import type { Preparer } from './commands/preparation/preparer.js';
import { RecordGatherer } from './commands/record-gatherer.js';
import type { TrySchema } from './commands/schema-trial.js';
import type { Config } from './config.js';
import { builtConsolePage } from './console-page.js';
import type { Anchoring } from './epoch-timer.js';
import { MAX_EVIDENCE_BYTES } from './evidence/evidence-file.js';
import type { OpenedNode } from './open-node.js';
import { accessHistory } from './queries/access-history.js';
import type { FindableFields } from './queries/findable-fields.js';
import { inspectionPrinter } from './queries/inspection-report-data.js';
import type { SchemaRegistry } from './queries/ledger-schemas.js';
import { subjectExportPrinter } from './queries/subject-export-report.js';
import { TenantLedgers } from './queries/tenant-ledgers.js';
import type { PrintJob } from './reports/print-job.js';
import { parseCertificate } from './signing/certificate.js';
import { trustAnchorFrom } from './signing/trust-anchor.js';
import type { NodeViews } from './views/node-views.js';

/** A node with what serving it needs besides. */
export interface ServedNode extends OpenedNode {
  readonly schemas: SchemaRegistry;
  readonly findable: FindableFields;
  readonly views: NodeViews;
  readonly maps: MapKeeper;
  readonly anchoring: Anchoring;
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
}

export function routeModules(parts: RouteParts): RouteModule[] {
  const { config, opened, authenticators, certificates, clock, random, preparer, trySchema } =
    parts;
  const { readiness } = parts;
  const { node, registry, roots, isDevelopment, schemas, findable, views, maps, anchoring } =
    opened;
  const { book, recorder, changes, inspections, inspectionChanges } = opened.access;
  const limiter = createLoginLimiter(config.failedLoginsPerMinute, clock);
  const guard = createGuard({
    authenticators,
    certificates,
    limiter,
    authority: book,
    inspections,
    log: recorder,
  });
  const cursors = createCursorCodec(node.derivedKey('cursors'));
  const timeoutMillis = config.requestTimeoutMillis;
  const body = { maxBytes: config.maxBodyBytes, timeoutMillis };
  const ledgers = new TenantLedgers({
    store: node.store,
    anchored: node.anchored,
    clock,
    views,
    maps,
    timeZoneOf: (tenant) => book.of(tenant as TenantName).settings.timeZone,
  });
  const { anchoredSize } = ledgers;
  const appending = {
    schemas,
    store: node.store,
    clock,
    random,
    preparer,
    maxPayloadBytes: config.maxPayloadBytes,
    anchoredSize,
    idempotencyKey: (tenant: string) => node.tenantKeys(tenant).idempotency,
  };
  const target = ({ tenant, author }: Principal, ledger: string): AppendTarget => {
    const takesType = (type: string): boolean => book.takesType(tenant, ledger, type);
    return { tenant: ledgers.handleOf(tenant), ledger, author, takesType };
  };
  const trust = {
    store: node.store,
    name: opened.logName,
    certificates: roots,
    chain: node.chain,
    anchors: node.anchors,
    isDevelopment,
  };
  const create = keyCreation({
    registry,
    ensureTenant: (tenant) => node.ensureTenant(tenant),
    tellTenant: (tenant, principal, request) =>
      recorder.doneTo(tenant, { principal, action: 'tenant:found', request }, { question: {} }),
    needsApproval: (tenant) => book.of(tenant).settings.approvals,
  });
  const gatherer = new RecordGatherer((to, texts) => appendRecordTexts(appending, to, texts));
  const v1 = (router: RouteModule['router'], describe: RouteModule['describe']): RouteModule => {
    return { mountPath: '/v1', router, describe };
  };
  return [
    // First, because nothing is asked as often.
    v1(
      recordsRoutes({
        guard,
        cursors,
        ledgers,
        append: (principal, ledger, text) => gatherer.append(target(principal, ledger), text),
        appendAll: (principal, ledger, texts) =>
          appendRecordTexts(appending, target(principal, ledger), texts),
        limits: {
          maxBodyBytes: config.maxBodyBytes,
          maxLineBytes: config.maxNdjsonLineBytes,
          timeoutMillis,
        },
      }),
      describeRecords,
    ),
    { mountPath: '/', router: healthRoutes(readiness), describe: describeHealth },
    { mountPath: '/', router: consoleRoutes(builtConsolePage()), describe: describeConsole },
    v1(keysRoutes({ registry, create, guard, cursors, body }), describeKeys),
    v1(
      tenantsRoutes({
        guard,
        cursors,
        body,
        book,
        changes,
        found: create,
        tenantsSeenBy: (tenant) => {
          const names = node.store.tenants().map(({ name }) => name);
          return tenant === DEFAULT_TENANT ? names.filter(isTenantName).sort() : [tenant];
        },
      }),
      describeTenants,
    ),
    v1(grantsRoutes({ guard, cursors, body, book, changes, clock }), describeGrants),
    v1(
      inspectionsRoutes({
        ...{ guard, cursors, body, clock, book, ledgers, inspections },
        changes: inspectionChanges,
      }),
      describeInspections,
    ),
    v1(
      inspectionPackageRoutes({
        guard,
        inspections,
        trust,
        parts: {
          ledgers,
          evidence: {
            anchored: node.anchored,
            identityOf: (handle) => (reader) => node.identities.of(handle, reader),
          },
        },
        print: inspectionPrinter(parts.print),
        legalNameOf: (tenant) => book.of(tenant).settings.legalName ?? tenant,
        idleTimeoutMillis: timeoutMillis,
      }),
      describeInspectionPackage,
    ),
    v1(accessRoutes({ guard, cursors, history: accessHistory(ledgers) }), describeAccess),
    v1(
      ledgersRoutes({
        guard,
        cursors,
        body,
        ledgers,
        creation: {
          createLedger: async (tenant, name) => {
            const ledger = await node.createLedger(tenant, name);
            // From its first record on, not from its first question. Whoever asks is told of a failure.
            views.of(ledger.reader).catch(() => undefined);
            return ledger;
          },
          stateParts: (tenant) => ledgers.stateParts(tenant),
        },
        isListed: (principal, name) =>
          name !== ACCESS_LEDGER && !book.rolesIn(principal, name).isHidden,
      }),
      describeLedgers,
    ),
    v1(
      entryFilesRoutes({
        guard,
        ledgers,
        evidence: { anchored: node.anchored, identities: node.identities },
      }),
      describeEntryFiles,
    ),
    v1(
      signaturesRoutes({
        guard,
        cursors,
        body,
        ledgers,
        signing: {
          clock,
          random,
          seal: node.seal,
          trustAnchors: roots.map((der) => trustAnchorFrom(parseCertificate(der))),
        },
      }),
      describeSignatures,
    ),
    // Before those of one person, who may have this name.
    v1(
      subjectSearchRoutes({
        guard,
        cursors,
        body,
        ledgers,
        findable,
        budget: new SearchBudget(config.searchesPerMinute, clock),
      }),
      describeSubjectSearch,
    ),
    v1(
      subjectsRoutes({
        guard,
        cursors,
        ledgers,
        evidence: { anchored: node.anchored, identities: node.identities },
      }),
      describeSubjects,
    ),
    v1(
      schemasRoutes({
        guard,
        cursors,
        body,
        ledgers,
        commands: { ...appending, trySchema },
        target,
      }),
      describeSchemas,
    ),
    v1(
      subjectExportRoutes({
        guard,
        ledgers,
        book,
        print: subjectExportPrinter(parts.print),
        idleTimeoutMillis: timeoutMillis,
      }),
      describeSubjectExport,
    ),
    v1(exportRoutes({ guard, ledgers, book, idleTimeoutMillis: timeoutMillis }), describeExport),
    v1(
      feedRoutes({
        guard,
        ledgers,
        limits: { ...FEED_TIMES, idleTimeoutMillis: timeoutMillis },
        stopping: parts.stopping,
      }),
      describeFeed,
    ),
    v1(logRoutes({ guard, ledgers }), describeLog),
    v1(
      anchorsRoutes({
        guard,
        chain: node.chain,
        isDevelopment: config.anchorChain === 'devchain',
        status: () => anchoring.anchorStatus(),
        anchorNow: () => anchoring.anchorNow(),
      }),
      describeAnchors,
    ),
    v1(
      verifyRoutes({
        guard,
        body: { maxBytes: MAX_EVIDENCE_BYTES, timeoutMillis },
        trust,
      }),
      describeVerify,
    ),
  ];
}
