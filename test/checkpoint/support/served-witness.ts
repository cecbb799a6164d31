/** `witness serve` as in production, in this process: real files, a real port, a clock that stands still. */
import { utf8 } from '../../../src/base/bytes.js';
import { silentLogger } from '../../../src/base/logger.js';
import { formatVerifierKey } from '../../../src/tlog/note-key.js';
import { WitnessService } from '../../../src/witness-service.js';
import { FakeClock } from '../../support/fake-clock.js';
import type { Places } from './opened-witness.js';
import type { SigningLog } from './signing-log.js';

export function logsFile(...logs: readonly SigningLog[]): string {
  return logs.map(({ verifierKey }) => `log ${formatVerifierKey(verifierKey)}\n`).join('');
}

export function serveWitness(
  { dataDirectory, keyDirectory }: Places,
  logs: readonly SigningLog[],
  { clock = new FakeClock(), requestsPerMinute = 100_000 } = {},
): Promise<WitnessService> {
  return WitnessService.open(
    {
      ...{ dataDirectory, keyDirectory, requestsPerMinute },
      ...{ host: '127.0.0.1', port: 0, maxBytesPerLog: 16 * 1024 * 1024 },
      logs: utf8(logsFile(...logs)),
    },
    { clock, logger: silentLogger },
  );
}
