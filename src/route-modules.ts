/** Which routes there are, and what each is given. */
import type { Principal } from './access/authorize.js';
import type { RouteModule } from './api/app.js';
import { createGuard } from './api/authentication.js';
import { createCursorCodec } from './api/cursor.js';
import { createLoginLimiter } from './api/rate-limit.js';
import { anchorsRoutes, describeAnchors } from './api/routes/anchors.js';
import { describeEntryFiles, entryFilesRoutes } from './api/routes/entry-files.js';
import { describeHealth, healthRoutes, type Readiness } from './api/routes/health.js';
import { describeKeys, keysRoutes } from './api/routes/keys.js';
import { describeLedgers, ledgersRoutes } from './api/routes/ledgers.js';
import { describeLog, logRoutes } from './api/routes/log.js';
import { describeRecords, recordsRoutes } from './api/routes/records.js';
import { describeSignatures, signaturesRoutes } from './api/routes/signatures.js';
import { describeSubjects, subjectsRoutes } from './api/routes/subjects.js';
import { describeVerify, verifyRoutes } from './api/routes/verify.js';
import { UTC } from './base/calendar.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { appendRecordTexts } from './commands/append-record-texts.js';
import type { AppendTarget } from './commands/append-target.js';
import type { MapKeeper } from './commands/keep-maps.js';
import type { Preparer } from './commands/preparation/preparer.js';
import { RecordGatherer } from './commands/record-gatherer.js';
import type { Config } from './config.js';
import type { Anchoring } from './epoch-timer.js';
import { MAX_EVIDENCE_BYTES } from './evidence/evidence-file.js';
import type { OpenedNode } from './open-node.js';
import { TenantLedgers } from './queries/tenant-ledgers.js';
import { parseCertificate } from './signing/certificate.js';
import { trustAnchorFrom } from './signing/trust-anchor.js';
import type { NodeViews } from './views/node-views.js';

/** A node with what serving it needs besides. */
export interface ServedNode extends OpenedNode {
  readonly views: NodeViews;
  readonly maps: MapKeeper;
  readonly anchoring: Anchoring;
}

export interface RouteParts {
  readonly config: Config;
  readonly opened: ServedNode;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly preparer: Preparer;
  readonly readiness: () => Readiness;
}

export function routeModules(parts: RouteParts): RouteModule[] {
  const { config, opened, clock, random, preparer, readiness } = parts;
  const { node, registry, roots, isDevelopment, views, maps, anchoring } = opened;
  const limiter = createLoginLimiter(config.failedLoginsPerMinute, clock);
  const guard = createGuard({ registry, limiter });
  const cursors = createCursorCodec(node.derivedKey('cursors'));
  const timeoutMillis = config.requestTimeoutMillis;
  const body = { maxBytes: config.maxBodyBytes, timeoutMillis };
  const ledgers = new TenantLedgers({
    store: node.store,
    anchored: node.anchored,
    clock,
    views,
    maps,
    timeZoneOf: () => UTC,
  });
  const { anchoredSize } = ledgers;
  const appending = {
    store: node.store,
    clock,
    random,
    preparer,
    maxPayloadBytes: config.maxPayloadBytes,
    anchoredSize,
    idempotencyKey: (tenant: string) => node.tenantKeys(tenant).idempotency,
  };
  const target = ({ tenant, author }: Principal, ledger: string): AppendTarget => {
    return { tenant: ledgers.handleOf(tenant), ledger, author };
  };
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
    v1(
      keysRoutes({
        registry,
        ensureTenant: (tenant) => node.ensureTenant(tenant),
        guard,
        cursors,
        body,
      }),
      describeKeys,
    ),
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
          anchoredSize,
        },
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
    v1(subjectsRoutes({ guard, cursors, ledgers }), describeSubjects),
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
        trust: {
          store: node.store,
          name: opened.logName,
          certificates: roots,
          chain: node.chain,
          anchors: node.anchors,
          isDevelopment,
        },
      }),
      describeVerify,
    ),
  ];
}
