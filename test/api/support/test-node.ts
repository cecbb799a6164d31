import { afterAll } from '@jest/globals';
import type { Router } from 'express';
import { AccessBook } from '../../../src/access/access-book.js';
import { ApiKeyRegistry } from '../../../src/access/api-key-registry.js';
import { apiKeyAuthenticator, type Authenticator } from '../../../src/access/authenticator.js';
import type { Role } from '../../../src/access/authorize.js';
import { InspectionBook } from '../../../src/access/inspection-book.js';
import { s3Credentials } from '../../../src/access/s3-key.js';
import { DEFAULT_TENANT, type TenantName } from '../../../src/access/tenant-name.js';
import { createApp } from '../../../src/api/app.js';
import { createGuard, type Guard } from '../../../src/api/authentication.js';
import { ClientCertificates } from '../../../src/api/client-certificates.js';
import { createCursorCodec } from '../../../src/api/cursor.js';
import type { LedgerPlaces } from '../../../src/api/ledger-places.js';
import { messageClassesOf } from '../../../src/api/message-classes.js';
import { createLoginLimiter } from '../../../src/api/rate-limit.js';
import { describeHealth, healthRoutes, type Readiness } from '../../../src/api/routes/health.js';
import { describeKeys, keyCreation, keysRoutes } from '../../../src/api/routes/keys.js';
import { type RunningServer, startServer } from '../../../src/api/server.js';
import type { TlsMaterial } from '../../../src/api/tls.js';
import { type Logger, silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { accessMemory } from '../../support/access-memory.js';
import { enteredAccess } from '../../support/entered-access.js';
import { FakeClock } from '../../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';

export interface TestNodeOptions {
  readonly logger?: Logger;
  readonly failedLoginsPerMinute?: number;
  readonly requestsPerMinute?: number;
  readonly bodyTimeoutMillis?: number;
  readonly headersTimeoutMillis?: number;
  readonly readiness?: () => Readiness;
  readonly clock?: FakeClock;
  /** Asked before API keys. */
  readonly authenticators?: (clock: FakeClock) => readonly Authenticator[];
  readonly tls?: TlsMaterial;
  readonly places?: LedgerPlaces;
  /** Routes of the test's own, under /test. */
  readonly testRoutes?: (guard: Guard) => Router;
}

export interface TestNode {
  readonly server: RunningServer;
  readonly url: string;
  readonly registry: ApiKeyRegistry;
  readonly clock: FakeClock;
  readonly adminKey: string;
  newKey(role: Role, tenant?: string): Promise<string>;
  /** fetch below the node's URL, with a key if one is given. */
  fetch(path: string, init?: RequestInit & { key?: string }): Promise<Response>;
}

export const MAX_BODY_BYTES = 4096;

const cleanUps: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

/** A node of real parts, without a ledger, that stops when the test file has ended. */
export async function startTestNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { clock = new FakeClock(), tls: material } = options;
  const random = new RandomPool();
  const directory = await temporaryDirectory();
  const registry = await ApiKeyRegistry.open(directory, {
    clock,
    random,
    memory: accessMemory(),
  });
  const first = await registry.createFirst(DEFAULT_TENANT);
  const limiter = createLoginLimiter(options.failedLoginsPerMinute ?? 1000, clock);
  const certificates = new ClientCertificates();
  const authenticators = [
    ...(options.authenticators?.(clock) ?? []),
    apiKeyAuthenticator(registry),
  ];
  const guard = createGuard({
    authenticators,
    certificates,
    limiter,
    authority: new AccessBook(clock),
    inspections: new InspectionBook(clock),
    log: enteredAccess(),
    ...(options.places !== undefined && { places: options.places }),
  });
  const timeoutMillis = options.bodyTimeoutMillis ?? 10_000;
  const body = { maxBytes: MAX_BODY_BYTES, timeoutMillis };
  const cursors = createCursorCodec(new Uint8Array(32).fill(7));
  const { testRoutes, readiness = () => ({ ready: true, reasons: [] }) } = options;
  const { requestsPerMinute } = options;
  const app = createApp({
    logger: options.logger ?? silentLogger,
    version: '0.0.0',
    requestTimeoutMillis: timeoutMillis,
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    modules: [
      { mountPath: '/', router: healthRoutes(readiness), describe: describeHealth },
      {
        mountPath: '/v1',
        router: keysRoutes({
          registry,
          create: keyCreation({
            registry,
            ensureTenant: () => Promise.resolve(),
            tellTenant: () => Promise.resolve(),
            needsApproval: () => false,
            s3CredentialOf: s3Credentials(new Uint8Array(32)),
          }),
          guard,
          cursors,
          body,
        }),
        describe: describeKeys,
      },
      ...(testRoutes === undefined
        ? []
        : [{ mountPath: '/test', router: testRoutes(guard), describe: () => undefined }]),
    ],
  });
  const server = await startServer(app, {
    messages: messageClassesOf(app),
    host: '127.0.0.1',
    port: 0,
    headersTimeoutMillis: options.headersTimeoutMillis ?? 10_000,
    keepAliveTimeoutMillis: 5000,
    ...(material !== undefined && { tls: { material, certificates } }),
  });
  cleanUps.push(async () => {
    await server.stop(0);
    await removeDirectory(directory);
  });
  return {
    server,
    url: server.url,
    registry,
    clock,
    adminKey: first?.text ?? '',
    newKey: async (role, tenant = 'default') =>
      (await registry.create({ role, tenant: tenant as TenantName })).text,
    fetch: (path, { key, headers, ...init } = {}) => {
      const all = new Headers(headers);
      if (key !== undefined) all.set('authorization', `Bearer ${key}`);
      return fetch(`${server.url}${path}`, { ...init, headers: all });
    },
  };
}
