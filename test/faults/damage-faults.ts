/** Faults that the suite of damages must notice; see `planted-faults.ts`. */
import type { PlantedFault } from '../support/mutant.js';

type DamageFaults = readonly (PlantedFault & { readonly cases: number })[];

export const DAMAGE_FAULTS: DamageFaults = [
  {
    name: 'small files are not held against their digests',
    file: 'base/stored-json.js',
    find: 'if (digest !== digestAt(place, covered))',
    replace: 'if (false)',
    cases: 31,
  },
  {
    name: 'fsck does not compare the end of the write state, nor count its rows',
    file: 'ledger/internal/check-log.js',
    find: 'if (!await log.state.hasEnd(head) || await log.state.surplus() !== 0)',
    replace: 'if (false)',
    cases: 62,
  },
  {
    name: 'a file that the key store had is made anew',
    file: 'keys/internal/node-key-files.js',
    find: 'if (value === null && this.#ownFiles.has(file)) throw missingKeyFile(file);',
    replace: '',
    cases: 1,
  },
  {
    name: 'settled anchors are not counted',
    file: 'anchoring/anchor-store.js',
    find: `if (found < settled || found > settled + takenBack + 1)
      throw invalid(\`\${found} settled anchors are there, \${CHAIN_FILE} says \${settled}\`);
    if (newest !== void 0 && this.#found[settled - 1] !== newest)`,
    replace: 'if (false)',
    cases: 1,
  },
  {
    name: 'fsck does not look for the recovery keys',
    file: 'node-fsck.js',
    find: 'yield* recoveryProblems(store, keyStore);',
    replace: '',
    cases: 112,
  },
  {
    name: 'the node does not remember how often its API keys were changed',
    file: 'access/api-key-registry.js',
    find: 'if (refusal !== null) throw new AccessError("ACCESS_FILE_DAMAGED", refusal);',
    replace: '',
    cases: 1,
  },
  {
    name: 'the node does not compare itself with its mark',
    file: 'node-run.js',
    find: 'return compareWithMark(mark, keyStore.nodeId, {',
    replace: 'return (() => null)(mark, keyStore.nodeId, {',
    cases: 1,
  },
  {
    name: 'a ledger that is not in the catalog is not missed',
    file: 'ledger/internal/check-catalog.js',
    find: 'if (!journaled.every(({ key }) => keys.has(toHex(key))))',
    replace: 'if (false)',
    cases: 1,
  },
  {
    name: 'a journal that is not there is not missed',
    file: 'ledger/internal/store-parts.js',
    find: 'if (journal.snapshot === null && catalog.ledgers().length > 0)',
    replace: 'if (false)',
    cases: 1,
  },
  {
    name: 'a development chain that is not there is not missed',
    file: 'anchoring/own-chain.js',
    find: 'if (status.state !== "confirmed")',
    replace: 'if (false)',
    cases: 1,
  },
];

/** Those of `node-damage.test.ts`, which has no numbered cases. */
export const NODE_DAMAGE_FAULTS: DamageFaults = [
  {
    name: 'journal records are not held against their digests',
    file: 'ledger/internal/journal-record.js',
    find: 'if (!equalBytes(digest, sha256(bytes.subarray(at, end)))) return null;',
    replace: '',
    cases: 1,
  },
];
