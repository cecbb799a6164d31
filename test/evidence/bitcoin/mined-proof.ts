/** Proofs of an anchor in a chain that is mined in the test, for the anchor's verifier to judge. */
import { concat } from '../../../src/base/bytes.js';
import type { AnchorPolicy, AnchorProof } from '../../../src/evidence/bitcoin/anchor-proof.js';
import { REGTEST } from '../../../src/evidence/bitcoin/network.js';
import {
  branchOf,
  coinbaseBytes,
  mineHeader,
  payloadScript,
  rootOf,
  sha256d,
  transactionBytes,
} from './synthetic-chain.js';

export const HEIGHT = 300;
export const ANCHOR_INDEX = 3;
export const PUSH_300 = Buffer.from('022c01', 'hex');
export const CHAIN_SCRIPT = Buffer.from(`0014${'77'.repeat(20)}`, 'hex');
export const ROOT = sha256d(Buffer.of(42));

export const anchor = transactionBytes({
  inputs: [{ txid: sha256d(Buffer.of(1)), vout: 0 }],
  outputs: [
    { value: 9000n, script: CHAIN_SCRIPT },
    { value: 0n, script: payloadScript(17, ROOT) },
  ],
});
export const POLICY: AnchorPolicy = {
  network: REGTEST,
  requiredConfirmations: 6,
  pinnedHeaders: [],
};

interface Parts {
  /** Transactions of the anchor's block, coinbase first. */
  readonly block?: readonly Uint8Array[];
  readonly index?: number;
  readonly before?: number;
  readonly after?: number;
  readonly merkleRoot?: Uint8Array;
}

/** A chain of `before` headers, the anchor's block and `after` headers; and the proof in it. */
export function proofOf(parts: Parts = {}): AnchorProof {
  const { block = usualBlock(), index = ANCHOR_INDEX, before = 0, after = 5 } = parts;
  const leaves = block.map(sha256d);
  const merkleRoot = parts.merkleRoot ?? rootOf(leaves);
  const headers: Buffer[] = [];
  let previous = sha256d(Buffer.of(99));
  for (let at = -before; at <= after; at++) {
    const header = mineHeader({
      previous,
      merkleRoot: at === 0 ? merkleRoot : sha256d(Buffer.of(at & 0xff)),
      time: 1_700_000_000 + 600 * at,
    });
    headers.push(header);
    previous = sha256d(header);
  }
  return {
    network: 'regtest',
    transaction: block[index] ?? anchor,
    index,
    branch: branchOf(leaves, index),
    coinbase: block[0] ?? new Uint8Array(),
    coinbaseBranch: branchOf(leaves, 0),
    height: HEIGHT,
    headersFrom: HEIGHT - before,
    headers: concat(...headers),
  };
}

function usualBlock(): Uint8Array[] {
  return [coinbaseBytes(PUSH_300), filler(1), filler(2), anchor, filler(4)];
}

export function filler(salt: number): Buffer {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(salt)), vout: salt }],
    outputs: [{ value: 1n, script: Buffer.of(0x51) }],
  });
}
