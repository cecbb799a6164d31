import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { systemClock } from '../../../src/base/time.js';
import { inlinePreparer } from '../../../src/commands/preparation/inline-preparer.js';
import { inlineSchemaTrial } from '../../../src/commands/schema-trial.js';
import { inlinePrinting } from '../../../src/reports/print-job.js';
import { Service } from '../../../src/service.js';
import { parseConfig } from '../../../src/settings/parse-config.js';
import { openViewEngine } from '../../../src/views/view-engine.js';

export interface Serving {
  readonly data: string;
  /** For the command line. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The real service below a directory, with a ledger `kyc`. */
export async function startServing(root: string): Promise<Serving> {
  const data = join(root, 'data');
  await mkdir(data, { recursive: true });
  const { config, secrets } = parseConfig({
    flags: { data, port: '0', epochIntervalMillis: '86400000' },
    env: {},
    readFile: () => ({}),
    workingDirectory: root,
  });
  const random = new RandomPool();
  const preparer = inlinePreparer(random);
  const parts = {
    clock: systemClock,
    random,
    logger: silentLogger,
    preparer,
    trySchema: inlineSchemaTrial(),
    print: inlinePrinting(),
    openViews: openViewEngine,
  };
  const service = await Service.open(config, secrets, parts);
  const key = service.firstKey ?? '';
  await fetch(`${service.url}/v1/ledgers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"name":"kyc"}',
  });
  return {
    data,
    env: { CHIROGRAPH_URL: service.url, CHIROGRAPH_KEY: key },
    stop: () => service.close(),
  };
}
