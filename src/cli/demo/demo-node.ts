/** The node of the demo: the real service, on a free port, in a directory of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '../../base/errors.js';
import { silentLogger } from '../../base/logger.js';
import { RandomPool } from '../../base/random.js';
import { Secret } from '../../base/secret.js';
import { inlinePreparer } from '../../commands/preparation/inline-preparer.js';
import { inlineSchemaTrial } from '../../commands/schema-trial.js';
import { inlinePrinting } from '../../reports/print-job.js';
import { Service } from '../../service.js';
import { parseConfig } from '../../settings/parse-config.js';
import { openViewEngine } from '../../views/view-engine.js';
import { isDirectory } from '../files.js';
import { createNodeClient, DEFAULT_TIMEOUT_MILLIS, type NodeClient } from '../node-client.js';
import { DemoClock } from './demo-clock.js';

export interface DemoNode {
  /** With the key that the node gave out. */
  readonly client: NodeClient;
  /** By which the node lives. */
  readonly clock: DemoClock;
  /** With another key, everything asked under an inspection if one is named. */
  clientWith(key: Secret, inspection?: string): NodeClient;
  /** Stops it; its directories stay. */
  stop(): Promise<void>;
  /** Deletes its data and its keys, after it was stopped. */
  forget(): Promise<void>;
  /** Whether anything of its directories is left. */
  leavesTraces(): Promise<boolean>;
}

/** Epochs are made when the demo says so. */
const EPOCH_INTERVAL = '86400000';

export async function startDemoNode(): Promise<DemoNode> {
  const directory = await mkdtemp(join(tmpdir(), 'chirograph-demo-'));
  const forget = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    return { ...(await start(directory)), forget, leavesTraces: () => isDirectory(directory) };
  } catch (cause) {
    await forget();
    throw cause;
  }
}

async function start(directory: string): Promise<Omit<DemoNode, 'forget' | 'leavesTraces'>> {
  // No environment and no file: the demo is the same whatever is set around it.
  const { config, secrets } = parseConfig({
    flags: {
      data: join(directory, 'data'),
      port: '0',
      epochIntervalMillis: EPOCH_INTERVAL,
      // Signatures are raised when their time has come, and a story is told in one order.
      timeStamps: 'off',
    },
    env: {},
    readFile: () => ({}),
    workingDirectory: directory,
  });
  const clock = new DemoClock();
  const random = new RandomPool();
  const preparer = inlinePreparer(random);
  const parts = {
    clock,
    random,
    logger: silentLogger,
    preparer,
    trySchema: inlineSchemaTrial(),
    print: inlinePrinting(),
    openViews: openViewEngine,
  };
  const service = await Service.open(config, secrets, parts);
  assert(service.firstKey !== null, 'a new node makes its first key');
  const { url } = service;
  const clientWith: DemoNode['clientWith'] = (key, inspection) =>
    createNodeClient({
      ...{ url, key, timeoutMillis: DEFAULT_TIMEOUT_MILLIS },
      ...(inspection !== undefined && { inspection }),
    });
  return {
    client: clientWith(new Secret(service.firstKey)),
    ...{ clock, clientWith },
    stop: () => service.close(),
  };
}
