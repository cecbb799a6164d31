/** Routes for who may do what, and who has: keys, tenants, grants, inspections, policies, holds, erasures, access entries. */
import { s3Credentials } from './access/s3-key.js';
import { DEFAULT_TENANT, isTenantName } from './access/tenant-name.js';
import type { RouteModule } from './api/app.js';
import { accessRoutes, describeAccess } from './api/routes/access.js';
import { describeErasures, erasuresRoutes } from './api/routes/erasures.js';
import { describeEscrow, escrowRoutes } from './api/routes/escrow.js';
import { describeGrants, grantsRoutes } from './api/routes/grants.js';
import { describeHolds, holdsRoutes } from './api/routes/holds.js';
import {
  describeInspectionPackage,
  inspectionPackageRoutes,
} from './api/routes/inspection-package.js';
import { describeInspections, inspectionsRoutes } from './api/routes/inspections.js';
import { describeKeysOfNode, keysOfNodeRoutes } from './api/routes/keys-of-node.js';
import { describeKeys, keyCreation, keysRoutes } from './api/routes/keys.js';
import { describeRetention, retentionRoutes } from './api/routes/retention.js';
import { describeTenants, tenantsRoutes } from './api/routes/tenants.js';
import { describeVault, vaultRoutes } from './api/routes/vault.js';
import { NODE_TENANT } from './ledger-node.js';
import { accessHistory } from './queries/access-history.js';
import { inspectionPrinter } from './queries/inspection-report-data.js';
import type { MayForgetParts } from './queries/may-forget.js';
import { type RouteParts, type SharedParts, trustParts, v1 } from './route-parts.js';

export function accessModules(parts: RouteParts, shared: SharedParts): RouteModule[] {
  const { opened, clock } = parts;
  const { node, registry } = opened;
  const { book, recorder, changes, inspections, inspectionChanges } = opened.access;
  const { retention, retentionChanges, erasures, erasureChanges } = opened.access;
  const { guard, cursors, ledgers, body, seals, timeoutMillis } = shared;
  const create = keyCreation({
    registry,
    ensureTenant: (tenant) => node.ensureTenant(tenant),
    tellTenant: (tenant, principal, request) =>
      recorder.doneTo(tenant, { principal, action: 'tenant:found', request }, { question: {} }),
    needsApproval: (tenant) => book.of(tenant).settings.approvals,
    s3CredentialOf: s3Credentials(node.derivedKey('s3')),
  });
  const forget: MayForgetParts = {
    ledgers,
    retention,
    locks: { of: (tenant, person, at) => opened.files.locksOf(tenant, person, at) },
    timeZoneOf: (tenant) => book.of(tenant).settings.timeZone,
  };
  return [
    v1(keysRoutes({ registry, create, guard, cursors, body }), describeKeys),
    v1(
      keysOfNodeRoutes({
        ...{ guard, cursors, clock, nodeTenant: NODE_TENANT },
        keys: { store: node.store, keyStore: opened.keyStore },
        shared: {
          seal: node.seal,
          anchor: { signer: node.anchorer.signer, isDevelopment: node.chain === 'devchain' },
        },
        isShown: (principal, ledger) => !book.rolesIn(principal, ledger).isHidden,
      }),
      describeKeysOfNode,
    ),
    v1(vaultRoutes({ guard, eraser: opened.eraser }), describeVault),
    v1(
      escrowRoutes({
        ...{ guard, cursors, body, eraser: opened.eraser },
        copies: opened.access.escrowCopies,
        changes: opened.access.escrowChanges,
        generationOf: (tenant) => node.store.vaultOf(ledgers.handleOf(tenant)).generation,
      }),
      describeEscrow,
    ),
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
        trust: trustParts(opened),
        seals,
        parts: {
          ledgers,
          evidence: {
            anchored: node.anchored,
            stamped: node.stamped,
            witnessed: node.witnessed,
            identities: node.identities,
            historiesOf: node.historiesOf,
          },
        },
        print: inspectionPrinter(parts.print),
        legalNameOf: (tenant) => book.of(tenant).settings.legalName ?? tenant,
        idleTimeoutMillis: timeoutMillis,
      }),
      describeInspectionPackage,
    ),
    v1(
      retentionRoutes({
        ...{ guard, cursors, body, clock, retention },
        changes: retentionChanges,
        forget,
      }),
      describeRetention,
    ),
    v1(
      holdsRoutes({
        ...{ guard, cursors, body, clock, book, ledgers, retention },
        changes: retentionChanges,
      }),
      describeHolds,
    ),
    v1(
      erasuresRoutes({
        ...{ guard, cursors, body, ledgers, erasures, forget },
        ...{ changes: erasureChanges, eraser: opened.eraser },
      }),
      describeErasures,
    ),
    v1(accessRoutes({ guard, cursors, history: accessHistory(ledgers) }), describeAccess),
  ];
}
