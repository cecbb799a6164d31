/** Which routes there are, in the order in which they are asked and described. */
import { accessModules } from './access-route-modules.js';
import type { RouteModule } from './api/app.js';
import { anchorSigningRoutes, describeAnchorSigning } from './api/routes/anchor-signing.js';
import { anchorsRoutes, describeAnchors } from './api/routes/anchors.js';
import { backupsRoutes, describeBackups } from './api/routes/backups.js';
import { consoleRoutes, describeConsole } from './api/routes/console.js';
import { describeEpochs, epochsRoutes } from './api/routes/epochs.js';
import { describeHealth, healthRoutes } from './api/routes/health.js';
import { describeKeepers, keepersRoutes } from './api/routes/keepers.js';
import { describeReplication, replicationRoutes } from './api/routes/replication.js';
import { describeVerify, verifyRoutes } from './api/routes/verify.js';
import { calendarModules } from './calendar-route-modules.js';
import { builtConsolePage } from './console-page.js';
import { MAX_EVIDENCE_BYTES } from './evidence/evidence-file.js';
import { fileModules } from './file-route-modules.js';
import { identityModules } from './identity-route-modules.js';
import { ledgerModules } from './ledger-route-modules.js';
import { contentStatus } from './open-files.js';
import { anchorBackends } from './queries/anchor-backends.js';
import { recordModules } from './record-route-modules.js';
import { laggingLedgers } from './replication-health.js';
import { type RouteParts, sharedParts, trustParts, v1 } from './route-parts.js';
import { transferModules } from './transfer-route-modules.js';

export function routeModules(parts: RouteParts): RouteModule[] {
  const { config, opened, readiness } = parts;
  const { node, anchoring } = opened;
  const shared = sharedParts(parts);
  const { guard, timeoutMillis } = shared;
  const { records, schemas } = recordModules(parts, shared);
  return [
    // First, because nothing is asked as often.
    records,
    {
      mountPath: '/',
      router: healthRoutes(readiness, (maxLag) =>
        opened.replication === null ? 0 : laggingLedgers(opened.replication.port.status(), maxLag),
      ),
      describe: describeHealth,
    },
    { mountPath: '/', router: consoleRoutes(builtConsolePage()), describe: describeConsole },
    ...accessModules(parts, shared),
    ...ledgerModules(parts, shared),
    schemas,
    ...fileModules(parts, shared),
    ...identityModules(parts, shared),
    ...transferModules(parts, shared),
    ...calendarModules(parts, shared),
    v1(
      anchorsRoutes({
        guard,
        chain: node.chain,
        verifierKey: node.epochs.epochs.verifierKey,
        isDevelopment: config.anchorChain === 'devchain',
        status: () => anchoring.anchorStatus(),
        anchorNow: () => anchoring.anchorNow(),
        funding: node,
        witnesses: () => opened.node.witnesses?.status ?? null,
        calendars: () => opened.calendars.stamps?.status ?? null,
        backends: () => anchorBackends(node.epochs.epochs, opened.backends()),
        body: shared.body,
      }),
      describeAnchors,
    ),
    v1(
      backupsRoutes({
        ...{ guard, body: shared.body, backups: opened.backups },
        originOf: (handle) =>
          node.store
            .allLedgers()
            .flatMap(({ logs }) => logs)
            .find((reader) => reader.handle === handle)?.origin,
        generationOf: (tenant) =>
          node.store.tenants().some(({ handle }) => handle === tenant)
            ? node.store.vaultOf(tenant).generation
            : undefined,
      }),
      describeBackups,
    ),
    v1(
      replicationRoutes({
        ...{ guard, body: shared.body, ledgers: shared.ledgers },
        ...{ replication: opened.replication, stopping: parts.stopping },
        keepers: opened.replication?.keepers ?? null,
        content: () => contentStatus(opened.files, opened.replication),
      }),
      describeReplication,
    ),
    v1(
      keepersRoutes({
        ...{ guard, body: shared.body, ledgers: shared.ledgers, keeping: opened.replication },
      }),
      describeKeepers,
    ),
    v1(anchorSigningRoutes({ guard, signing: node, body: shared.body }), describeAnchorSigning),
    // Behind the routes of fixed names, which are no epochs.
    v1(epochsRoutes({ guard, ledgers: shared.ledgers, epochs: node.epochs }), describeEpochs),
    v1(
      verifyRoutes({
        guard,
        body: { maxBytes: MAX_EVIDENCE_BYTES, timeoutMillis },
        trust: trustParts(opened),
      }),
      describeVerify,
    ),
  ];
}
