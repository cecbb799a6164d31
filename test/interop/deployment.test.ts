/** As test/deployment, for a hundred rounds; and in network namespaces, between which a router loses packets. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RelayNetwork } from '../deployment/support/network.js';
import { problemsIn } from '../deployment/support/rounds.js';
import { caseNumbers, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { NamespaceNetwork } from './network-namespaces.js';

const ROUND_MILLIS = 60_000;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

describe('three nodes of which one is killed, again and again', () => {
  const seeds = caseNumbers(100, 1_000);
  it(
    'lose nothing of what was acknowledged',
    async () => {
      const problems = await problemsIn(root, new RelayNetwork('a hundred'), seeds);
      expect(problems).toEqual([]);
    },
    ROUND_MILLIS * seeds.length,
  );
});

describe.each(['tcp', 'udp'] as const)('three nodes in network namespaces, over %s', (over) => {
  const seeds = caseNumbers(6, 1_000);
  it(
    'lose nothing of what was acknowledged, whatever the router loses',
    async () => {
      const network = await NamespaceNetwork.open({ seed: `network ${seeds[0]}`, over });
      expect(await problemsIn(root, network, seeds)).toEqual([]);
      report(`${over}: ${JSON.stringify(network.packets)}`);
      expect(network.packets.lost).toBeGreaterThan(0);
    },
    ROUND_MILLIS * (seeds.length + 2),
  );
});
