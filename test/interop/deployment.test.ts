/** As test/deployment, for a hundred rounds; and in network namespaces, where nodes find each other through a DHT. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RelayNetwork } from '../deployment/support/network.js';
import { problemsIn } from '../deployment/support/rounds.js';
import { caseNumbers } from '../support/suite.js';
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

describe('three nodes in network namespaces', () => {
  const seeds = caseNumbers(10, 1_000);
  it(
    'lose nothing of what was acknowledged, whose cable ever is pulled',
    async () => {
      const problems = await problemsIn(root, await NamespaceNetwork.open(), seeds);
      expect(problems).toEqual([]);
    },
    ROUND_MILLIS * (seeds.length + 2),
  );
});
