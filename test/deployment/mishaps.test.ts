/**
 * Three processes behind a bad network keep a ledger under load while one after the other is killed: nothing that was
 * acknowledged at quorum is lost, nothing that was shown is taken back, and all end with the same tree.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { Clients } from './support/clients.js';
import { Cluster } from './support/cluster.js';
import { drawMishap } from './support/mishaps.js';
import { brokenPromises } from './support/promises.js';

const WRITERS = 3;
/** That have to get through after each mishap. */
const ACKNOWLEDGED = 20;
const PATIENCE_MILLIS = 60_000;

let root: string;
let cluster: Cluster | null;
beforeEach(async () => {
  root = await temporaryDirectory();
  cluster = null;
});
afterEach(async () => {
  await cluster?.close();
  await removeDirectory(root);
});

describe('three nodes behind a bad network', () => {
  it(
    'lose nothing of what was acknowledged, whoever is killed',
    async () => {
      const seeds = caseNumbers(4, 110);
      const seed = `cluster ${seeds[0]}`;
      cluster = await Cluster.open({ root: join(root), seed });
      const clients = new Clients(cluster, WRITERS);
      const problems = await clients.acknowledged(ACKNOWLEDGED, PATIENCE_MILLIS);
      for (const one of seeds) {
        if (problems.length > 0) break;
        const { name, happen } = drawMishap(new SeededChoice(`mishap ${one}`));
        await happen(cluster);
        problems.push(...(await clients.acknowledged(ACKNOWLEDGED, PATIENCE_MILLIS)));
        report(`mishap ${one}: ${name}: ${clients.told.length} acknowledged so far`);
      }
      await clients.end();
      if (problems.length === 0)
        problems.push(...(await brokenPromises(cluster, clients, PATIENCE_MILLIS)));
      expect({ seeds, problems }).toEqual({ seeds, problems: [] });
    },
    timeLimit * 3,
  );
});
