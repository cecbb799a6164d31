/** A witness of our own, as `witness serve` runs it, behind a way that fails. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '../../src/base/bytes.js';
import { silentLogger } from '../../src/base/logger.js';
import { WitnessService } from '../../src/witness-service.js';
import { answer } from '../api/support/ledger-client.js';
import { makeKeys, placesIn } from '../checkpoint/support/opened-witness.js';
import { openTestService } from '../support/test-service.js';
import type { Anchors, Away, Backend, Place } from './away.js';
import { type Failing, FAILING_TEXTS, FAILINGS, FaultyWay } from './faulty-way.js';

export const WITNESSES_AWAY: readonly Backend[] = FAILINGS.map((how) => ({
  name: `a witness, which ${FAILING_TEXTS[how]}`,
  waiting: ({ epochSize, witnesses }) => epochSize - (witnesses?.size ?? 0),
  reason: /^too few witnesses have cosigned/,
  metric: 'chirograph_witness_rounds_missed',
  open: witness(how),
}));

function witness(how: Failing): Backend['open'] {
  return async ({ root, clock }: Place): Promise<Away> => {
    const first = await openTestService(root, { clock });
    const { verifierKey } = await answer<Anchors>(first.request('/v1/anchors'));
    await first.service.close();
    await makeKeys(placesIn(root));
    const opened = await WitnessService.open(
      {
        ...{ ...placesIn(root), requestsPerMinute: 100_000 },
        ...{ host: '127.0.0.1', port: 0, maxBytesPerLog: 16 * 1024 * 1024 },
        logs: utf8(`log ${verifierKey}\n`),
      },
      { clock, logger: silentLogger },
    );
    const way = await FaultyWay.open();
    way.target = opened.url;
    const witnessPolicy = join(root, 'policy.txt');
    await writeFile(witnessPolicy, `witness one ${opened.verifierKey} ${way.url}\nquorum one\n`);
    return {
      settings: { witnessPolicy, witnessInternal: new URL(way.url).host },
      adminKey: first.adminKey,
      begin: () => way.begin(how),
      end: () => way.end(),
      meanwhile: () => Promise.resolve(),
      close: async () => {
        await way.close();
        await opened.close();
      },
    };
  };
}
