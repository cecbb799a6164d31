/**
 * Three processes behind a bad network keep a ledger under load while one after the other is killed: nothing that was
 * acknowledged at quorum is lost, nothing that was shown is taken back, and all end with the same tree. A hundred rounds of it
 * are in test/interop/deployment.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { caseNumbers } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { RelayNetwork } from './support/network.js';
import { problemsIn } from './support/rounds.js';

/** Each takes as long as a fail-over does. */
const ROUND_MILLIS = 60_000;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

describe('three nodes behind a bad network', () => {
  const seeds = caseNumbers(2, 1_000);
  it(
    'lose nothing of what was acknowledged, whoever is killed',
    async () => {
      const network = new RelayNetwork(`network ${seeds[0]}`);
      const problems = await problemsIn(root, network, seeds);
      expect({ seeds, problems }).toEqual({ seeds, problems: [] });
    },
    ROUND_MILLIS * (seeds.length + 2),
  );
});
