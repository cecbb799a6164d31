/** OpenTimestamps files of all forms, for properties: within every limit, and each node in the order of the library. */
import fc from 'fast-check';
import { toHex } from '../../../../src/base/bytes.js';
import {
  compareAttestations,
  encodeAttestation,
  type OtsAttestation,
} from '../../../../src/evidence/opentimestamps/attestations.js';
import {
  compareOperations,
  encodeOperation,
  type OtsOperation,
} from '../../../../src/evidence/opentimestamps/operations.js';
import type { OtsFile, OtsTimestamp } from '../../../../src/evidence/opentimestamps/ots-file.js';

const HEIGHT = fc.integer({ min: 0, max: 0x7fffffff });
const URI = fc.stringMatching(/^[A-Za-z0-9\-._/:]{0,60}$/);
const CHAIN = fc.constantFrom('devchain', 'bitcoin:regtest', 'bitcoin:testnet', 'a-later:one');
/** Begins as no known one does. */
const UNKNOWN_TAG = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Uint8Array.of(0xaa, ...bytes.subarray(1)));

const anyAttestation: fc.Arbitrary<OtsAttestation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('bitcoin', 'litecoin', 'ethereum'), height: HEIGHT }),
  fc.record({ kind: fc.constant('pending'), uri: URI }),
  fc.record({ kind: fc.constant('development'), chain: CHAIN }),
  fc.record({
    kind: fc.constant('unknown'),
    tag: UNKNOWN_TAG,
    payload: fc.uint8Array({ maxLength: 200 }),
  }),
);

const anyOperation: fc.Arbitrary<OtsOperation> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('sha1', 'ripemd160', 'sha256', 'keccak256', 'reverse', 'hexlify'),
  }),
  fc.record({
    kind: fc.constantFrom('append', 'prepend'),
    argument: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  }),
);

const { node: anyTimestamp } = fc.letrec<{ node: OtsTimestamp }>((tie) => ({
  // No deeper than that, or messages could grow beyond their limit.
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    attestationsOf(1).map((attestations) => ({ attestations, branches: [] })),
    fc.record({
      attestations: attestationsOf(0),
      branches: fc
        .uniqueArray(fc.record({ operation: anyOperation, timestamp: tie('node') }), {
          minLength: 1,
          maxLength: 4,
          selector: ({ operation }) => toHex(encodeOperation(operation)),
        })
        .map((all) => all.toSorted((a, b) => compareOperations(a.operation, b.operation))),
    }),
  ),
}));

function attestationsOf(minLength: number): fc.Arbitrary<OtsAttestation[]> {
  return fc
    .uniqueArray(anyAttestation, {
      minLength,
      maxLength: 4,
      selector: (one) => toHex(encodeAttestation(one)),
    })
    .map((all) => all.toSorted(compareAttestations));
}

export const anyOtsFile: fc.Arbitrary<OtsFile> = fc
  .constantFrom(...(['sha1', 'ripemd160', 'sha256', 'keccak256'] as const))
  .chain((hash) => {
    const bytes = hash === 'sha1' || hash === 'ripemd160' ? 20 : 32;
    return fc.record({
      hash: fc.constant(hash),
      digest: fc.uint8Array({ minLength: bytes, maxLength: bytes }),
      timestamp: anyTimestamp,
    });
  });

/** The same file with the items of each node in another order. */
export function reversed(timestamp: OtsTimestamp): OtsTimestamp {
  return {
    attestations: timestamp.attestations.toReversed(),
    branches: timestamp.branches
      .map((branch) => ({ ...branch, timestamp: reversed(branch.timestamp) }))
      .reverse(),
  };
}
