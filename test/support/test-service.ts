/** A whole node with its HTTP, in this process, on a real directory and a free port. */
import { join } from 'node:path';
import { type Logger, silentLogger } from '../../src/base/logger.js';
import { RandomPool } from '../../src/base/random.js';
import type { Clock } from '../../src/base/time.js';
import { systemClock } from '../../src/base/time.js';
import { inlinePreparer } from '../../src/commands/preparation/inline-preparer.js';
import type { Preparer } from '../../src/commands/preparation/preparer.js';
import { inlineSchemaTrial } from '../../src/commands/schema-trial.js';
import type { Config, Secrets } from '../../src/config.js';
import { inlinePrinting, type PrintJob } from '../../src/reports/print-job.js';
import { Service, type ServiceParts } from '../../src/service.js';
import { DEFAULTS } from '../../src/settings/settings-table.js';
import { openViewEngine } from '../../src/views/view-engine.js';

export interface TestServiceOptions extends Partial<Config> {
  readonly clock?: Clock;
  readonly store?: ServiceParts['store'];
  readonly writeOnce?: ServiceParts['writeOnce'];
  readonly rowsAnEntry?: number;
  readonly preparer?: Preparer;
  readonly print?: PrintJob;
  readonly logger?: Logger;
  readonly secrets?: Secrets;
  readonly openSharing?: ServiceParts['openSharing'];
  readonly timers?: ServiceParts['timers'];
  readonly s3Operations?: ServiceParts['s3Operations'];
}

export interface RequestOptions {
  readonly key?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface Requests {
  /** With the admin's key unless another, or `''` for none, is given. */
  request(path: string, options?: RequestOptions): Promise<Response>;
}

export interface TestService extends Requests {
  readonly service: Service;
  readonly adminKey: string;
}

/** Epochs are made when a test asks for them. */
const NEVER_MILLIS = 24 * 60 * 60 * 1000;

export async function openTestService(
  root: string,
  {
    clock = systemClock,
    store = {},
    writeOnce,
    rowsAnEntry,
    preparer,
    print,
    logger = silentLogger,
    secrets = {},
    openSharing,
    timers,
    s3Operations,
    ...settings
  }: TestServiceOptions = {},
  adminKey?: string,
): Promise<TestService> {
  const config = {
    ...DEFAULTS,
    data: join(root, 'data'),
    keys: join(root, 'data.keys'),
    port: 0,
    epochIntervalMillis: NEVER_MILLIS,
    logName: 'test.example',
    failedLoginsPerMinute: 1000,
    // Whoever counts entries counts those that nobody else makes; suites of the follower ask for it.
    timeStamps: 'off' as const,
    ...settings,
  };
  const random = new RandomPool();
  const parts = {
    clock,
    random,
    logger,
    preparer: preparer ?? inlinePreparer(random),
    trySchema: inlineSchemaTrial(),
    print: print ?? inlinePrinting(),
    openViews: openViewEngine,
    store,
    ...(writeOnce !== undefined && { writeOnce }),
    ...(rowsAnEntry !== undefined && { rowsAnEntry }),
    ...(openSharing !== undefined && { openSharing }),
    ...(timers !== undefined && { timers }),
    ...(s3Operations !== undefined && { s3Operations }),
  };
  const service = await Service.open(config, secrets, parts);
  const key = adminKey ?? service.firstKey ?? '';
  return { service, adminKey: key, ...requestsTo(service.url, key) };
}

/** @param key the admin's. */
export function requestsTo(url: string, key: string): Requests {
  return {
    request: async (path, options = {}) => {
      const headers = new Headers(options.headers);
      const used = options.key ?? key;
      if (used !== '') headers.set('authorization', `Bearer ${used}`);
      if (options.json !== undefined) headers.set('content-type', 'application/json');
      const body = options.json === undefined ? options.body : JSON.stringify(options.json);
      const method = options.method ?? (body === undefined ? 'GET' : 'POST');
      return fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body }) });
    },
  };
}
