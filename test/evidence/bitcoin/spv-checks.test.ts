/**
 * What a verifier of an anchor must refuse, each by its name and for its own reason, on blocks that are mined here
 * (docs/formats/bitcoin-anchor.md, "Verification"). Each row says which check it is there for: `spv-faults.ts`
 * takes the checks out one by one, and the row must then turn red.
 */
import { describe, expect, it } from '@jest/globals';
import { concat } from '../../../src/base/bytes.js';
import { verifyFollows } from '../../../src/evidence/bitcoin/anchor-links.js';
import {
  type AnchorPolicy,
  type AnchorProof,
  verifyAnchorProof,
} from '../../../src/evidence/bitcoin/anchor-proof.js';
import { parseBlockHash } from '../../../src/evidence/bitcoin/hash256.js';
import { merkleRootFromBranch } from '../../../src/evidence/bitcoin/merkle-branch.js';
import { REGTEST } from '../../../src/evidence/bitcoin/network.js';
import { refusal } from './error-code.js';
import {
  anchor,
  ANCHOR_INDEX,
  CHAIN_SCRIPT,
  filler,
  HEIGHT,
  POLICY,
  proofOf,
  PUSH_300,
  ROOT,
} from './mined-proof.js';
import {
  branchOf,
  coinbaseBytes,
  type HeaderFields,
  mineHeader,
  payloadScript,
  REGTEST_BITS,
  rootOf,
  sha256d,
  transactionBytes,
} from './synthetic-chain.js';

interface Forgery {
  readonly name: string;
  /** Code without `BITCOIN_`, and what the message must say. */
  readonly reason: RegExp;
  readonly make: () => AnchorProof;
  readonly policy?: Partial<AnchorPolicy>;
}

const P2WPKH = { value: 9000n, script: CHAIN_SCRIPT };
const DATA = { value: 0n, script: payloadScript(17, ROOT) };

const TRANSACTIONS: readonly Forgery[] = [
  {
    name: 'an anchor with bytes after its end',
    reason: /^TRANSACTION_MALFORMED: .*left over/,
    make: () => ({ ...proofOf(), transaction: concat(anchor, Uint8Array.of(0)) }),
  },
  {
    name: 'a coinbase with bytes after its end',
    reason: /^TRANSACTION_MALFORMED: .*left over/,
    make: () => ({ ...proofOf(), coinbase: concat(proofOf().coinbase, Uint8Array.of(0)) }),
  },
  {
    name: 'an anchor that ends too early',
    reason: /^TRANSACTION_MALFORMED: .*ends too early/,
    make: () => ({ ...proofOf(), transaction: anchor.subarray(0, -1) }),
  },
  {
    name: 'an anchor with witnesses',
    reason: /^TRANSACTION_MALFORMED: .*without witnesses/,
    make: () => ({ ...proofOf(), transaction: withWitness(anchor) }),
  },
  {
    name: 'an anchor with a size in a longer form',
    reason: /^TRANSACTION_MALFORMED: .*shortest/,
    make: () => ofAnchor(longerCount(anchor)),
  },
  {
    name: 'a 64-byte transaction in the anchor’s place',
    reason: /^TRANSACTION_MALFORMED: .*64/,
    make: () => ofAnchor(sixtyFour()),
  },
  {
    name: 'a 64-byte coinbase',
    reason: /^TRANSACTION_MALFORMED: .*64/,
    make: () => ({ ...proofOf(), coinbase: sixtyFour() }),
  },
];

const BLOCKS: readonly Forgery[] = [
  {
    name: 'an anchor hung below a 64-byte transaction (CVE-2017-12842)',
    reason: /^COINBASE_INVALID: .*length/,
    make: depthAttack,
  },
  {
    name: 'a branch longer than the coinbase’s',
    reason: /^COINBASE_INVALID: .*length/,
    make: () => lengthened(proofOf(), ROOT),
  },
  {
    name: 'another height than the coinbase names (BIP 34)',
    reason: /^COINBASE_INVALID: .*names another height/,
    make: () => ({ ...proofOf(), height: HEIGHT - 1, headersFrom: HEIGHT - 1 }),
  },
  {
    name: 'a coinbase that names another height (BIP 34)',
    reason: /^COINBASE_INVALID: .*names another height/,
    make: () => proofOf({ block: [coinbaseBytes(Buffer.from('022d01', 'hex')), anchor], index: 1 }),
  },
  {
    name: 'a coinbase whose height is padded',
    reason: /^COINBASE_INVALID: .*names another height/,
    make: () =>
      proofOf({ block: [coinbaseBytes(Buffer.from('032c0100', 'hex')), anchor], index: 1 }),
  },
  {
    name: 'a height before coinbases named theirs',
    reason: /^COINBASE_INVALID: .*older/,
    make: proofOf,
    policy: { network: { ...REGTEST, bip34Height: HEIGHT + 1 } },
  },
  {
    name: 'a coinbase of another block',
    reason: /^COINBASE_INVALID: .*not in/,
    make: () => ({ ...proofOf(), coinbase: coinbaseBytes(PUSH_300, 1) }),
  },
  {
    name: 'a coinbase that spends an output',
    reason: /^COINBASE_INVALID: .*spends/,
    make: () => proofOf({ block: [spendingCoinbase(), anchor], index: 1 }),
  },
  {
    name: 'an anchor of another block',
    reason: /^BRANCH_INVALID: .*not in/,
    make: () => ({ ...proofOf(), transaction: filler(7) }),
  },
  {
    name: 'an anchor at another index than its own',
    reason: /^BRANCH_INVALID: .*not in/,
    make: () => ({ ...proofOf(), index: ANCHOR_INDEX - 1 }),
  },
  {
    name: 'an index of 2^depth or more that means the same path',
    reason: /^BRANCH_INVALID: .*beyond/,
    make: () => ({ ...proofOf(), index: ANCHOR_INDEX + 8 }),
  },
  {
    name: 'a branch deeper than any block',
    reason: /^BRANCH_INVALID: .*deeper/,
    make: tooDeep,
  },
  {
    name: 'the coinbase itself as the anchor',
    reason: /^BRANCH_INVALID: .*coinbase/,
    make: () => proofOf({ index: 0 }),
  },
  {
    name: 'a sibling that is the node itself, on the right: the copied place of the last anchor (CVE-2012-2459)',
    reason: /^BRANCH_INVALID: .*copied/,
    make: copiedPlace,
  },
];

const HEADERS: readonly Forgery[] = [
  {
    name: 'a header that does not follow the one before it',
    reason: /^HEADERS_UNLINKED: .*follow the one/,
    make: () => swapHeader(proofOf(), 3, { previous: ROOT }),
  },
  {
    name: 'a target that moves where the network never moves it',
    reason: /^HEADERS_UNLINKED: .*difficulty/,
    make: () => swapHeader(proofOf(), 3, { bits: REGTEST_BITS - 1 }),
  },
  {
    name: 'a header whose hash is above its target',
    reason: /^WORK_INSUFFICIENT: .*meet its target/,
    make: () => swapHeader(proofOf(), 3, { meetsTarget: false }),
  },
  {
    name: 'a target above the difficulty floor',
    reason: /^WORK_INSUFFICIENT: .*floor/,
    make: proofOf,
    policy: { network: { ...REGTEST, maxTarget: REGTEST.maxTarget >> 8n } },
  },
  {
    name: 'a target that no node would write',
    reason: /^HEADER_MALFORMED: .*compact/,
    make: () => withBits(proofOf(), 0x20007fff),
  },
  {
    name: 'a header that contradicts a pinned one',
    reason: /^PIN_MISMATCH: .*pinned/,
    make: proofOf,
    policy: { pinnedHeaders: [{ height: HEIGHT + 1, hash: parseBlockHash('22'.repeat(32)) }] },
  },
  {
    name: 'a chain from another genesis',
    reason: /^PIN_MISMATCH: .*genesis/,
    make: () => proofOf({ before: HEIGHT }),
  },
  {
    name: 'five confirmations where six are asked for',
    reason: /^UNCONFIRMED: .*5 of 6/,
    make: () => proofOf({ after: 4 }),
  },
  {
    name: 'headers that end before the anchor’s block',
    reason: /^PROOF_MALFORMED: .*reach/,
    make: () => ({ ...proofOf(), height: HEIGHT + 6 }),
  },
  {
    name: 'headers that start after the anchor’s block',
    reason: /^PROOF_MALFORMED: .*order/,
    make: () => ({ ...proofOf(), headersFrom: HEIGHT + 1 }),
  },
  {
    name: 'a height that is not an integer',
    reason: /^PROOF_MALFORMED: .*order/,
    make: () => ({ ...proofOf(), height: 300.5 }),
  },
  {
    name: 'no headers',
    reason: /^PROOF_MALFORMED: .*headers are/,
    make: () => ({ ...proofOf(), headers: new Uint8Array() }),
  },
  {
    name: 'a proof of another network',
    reason: /^NETWORK_MISMATCH: .*another network/,
    make: () => ({ ...proofOf(), network: 'mainnet' }),
  },
];

const ANCHORS: readonly Forgery[] = [
  {
    name: 'no OP_RETURN',
    reason: /^NOT_AN_ANCHOR: .*OP_RETURN/,
    make: () => ofAnchor(spendingTo(P2WPKH, { ...P2WPKH, value: 0n })),
  },
  {
    name: 'one output alone',
    reason: /^NOT_AN_ANCHOR: .*fewer/,
    make: () => ofAnchor(spendingTo(P2WPKH)),
  },
  {
    name: 'two OP_RETURNs behind the chain’s output',
    reason: /^NOT_AN_ANCHOR: .*more than two/,
    make: () => ofAnchor(spendingTo(P2WPKH, DATA, { value: 0n, script: payloadScript(18, ROOT) })),
  },
  {
    name: 'two OP_RETURNs and nothing else',
    reason: /^NOT_AN_ANCHOR: .*output 0/,
    make: () => ofAnchor(spendingTo(DATA, DATA)),
  },
  {
    name: 'an OP_RETURN at output 0',
    reason: /^NOT_AN_ANCHOR: .*output 0/,
    make: () => ofAnchor(spendingTo(DATA, P2WPKH)),
  },
  {
    name: 'an OP_RETURN at output 2',
    reason: /^NOT_AN_ANCHOR: .*more than two/,
    make: () => ofAnchor(spendingTo(P2WPKH, P2WPKH, DATA)),
  },
  {
    name: 'money in the OP_RETURN',
    reason: /^NOT_AN_ANCHOR: .*burns/,
    make: () => ofAnchor(spendingTo(P2WPKH, { ...DATA, value: 1n })),
  },
  {
    name: 'a payload of somebody else’s',
    reason: /^NOT_AN_ANCHOR: .*CGA1/,
    make: () => ofAnchor(spendingTo(P2WPKH, { ...DATA, script: foreignPayload() })),
  },
  {
    name: 'a payload of an empty log',
    reason: /^NOT_AN_ANCHOR: .*empty/,
    make: () => ofAnchor(spendingTo(P2WPKH, { ...DATA, script: payloadScript(0, ROOT) })),
  },
];

/** Of the anchor before, which is `anchor`; each with what its follower is made of. */
const FOLLOWERS: readonly [
  name: string,
  reason: RegExp,
  follower: () => { txid?: Uint8Array; vout?: number; script?: Uint8Array; size?: number },
][] = [
  [
    'an input 0 that is another transaction’s output',
    /^BITCOIN_CHAIN_BROKEN: .*input 0/,
    () => ({ txid: sha256d(Buffer.of(1)) }),
  ],
  [
    'an input 0 that is another output of the anchor before',
    /^BITCOIN_CHAIN_BROKEN: .*input 0/,
    () => ({ vout: 1 }),
  ],
  [
    'an output 0 that pays another script than the anchor before',
    /^BITCOIN_CHAIN_BROKEN: .*script/,
    () => ({ script: Buffer.from(`0014${'78'.repeat(20)}`, 'hex') }),
  ],
  [
    'a head of a shorter log than the anchor before',
    /^BITCOIN_CHAIN_BROKEN: .*shorter/,
    () => ({ size: 16 }),
  ],
];

const ALL = [...TRANSACTIONS, ...BLOCKS, ...HEADERS, ...ANCHORS];

describe('the verifier of an anchor refuses', () => {
  it.each(ALL)('$name', ({ make, reason, policy = {} }) => {
    const said = refusal(() => verifyAnchorProof(make(), { ...POLICY, ...policy }));
    expect(said.replace(/^BITCOIN_/, '')).toMatch(reason);
  });

  it('nothing of the proof that each of them is made from', () => {
    expect(verifyAnchorProof(proofOf(), POLICY).height).toBe(HEIGHT);
  });

  it('the depth attack, though its branch alone leads to the block’s root', () => {
    const { branch, index, headers } = depthAttack();
    expect(merkleRootFromBranch(sha256d(anchor), index, branch)).toEqual(headers.slice(36, 68));
  });
});

describe('an anchor that does not follow', () => {
  const previous = verifyAnchorProof(proofOf(), POLICY);

  it.each(FOLLOWERS)('has %s', (_name, reason, follower) => {
    expect(
      refusal(() => {
        verifyFollows(previous, followerOf(follower()));
      }),
    ).toMatch(reason);
  });

  it('is another than one that spends output 0 of the anchor before', () => {
    expect(
      refusal(() => {
        verifyFollows(previous, followerOf({}));
      }),
    ).toBe('none');
    expect(
      refusal(() => {
        verifyFollows(previous, followerOf({ size: 400 }));
      }),
    ).toBe('none');
  });

  function followerOf({
    txid = sha256d(anchor),
    vout = 0,
    script = CHAIN_SCRIPT,
    size = 17,
  }: ReturnType<(typeof FOLLOWERS)[number][2]>) {
    const next = transactionBytes({
      inputs: [{ txid, vout }],
      outputs: [
        { ...P2WPKH, script },
        { ...DATA, script: payloadScript(size, ROOT) },
      ],
    });
    return verifyAnchorProof(ofAnchor(next), POLICY);
  }
});

/** In a block of its own, so that nothing but the transaction is wrong. */
function ofAnchor(transaction: Uint8Array): AnchorProof {
  return proofOf({ block: [coinbaseBytes(PUSH_300), transaction], index: 1 });
}

function spendingTo(...outputs: Parameters<typeof transactionBytes>[0]['outputs']): Buffer {
  return transactionBytes({ inputs: [{ txid: sha256d(Buffer.of(1)), vout: 0 }], outputs });
}

function foreignPayload(): Uint8Array {
  const script = payloadScript(17, ROOT);
  script.write('CGA2', 2);
  return script;
}

function spendingCoinbase(): Buffer {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(9)), vout: 0, script: concat(PUSH_300, PUSH_300) }],
    outputs: [{ value: 1n, script: Buffer.of(0x51) }],
  });
}

function lengthened(proof: AnchorProof, extra: Uint8Array): AnchorProof {
  return { ...proof, branch: [...proof.branch, extra] };
}

/** Branches of 33, of one length and both true: no block has so many transactions. */
function tooDeep(): AnchorProof {
  const siblings = Array.from({ length: 32 }, (_, at) => sha256d(Buffer.of(at)));
  const coinbase = coinbaseBytes(PUSH_300);
  const merkleRoot = siblings.reduce(
    (node, sibling) => sha256d(concat(node, sibling)),
    sha256d(concat(sha256d(coinbase), sha256d(anchor))),
  );
  return {
    ...proofOf({ merkleRoot }),
    coinbase,
    coinbaseBranch: [sha256d(anchor), ...siblings],
    index: 1,
    branch: [sha256d(coinbase), ...siblings],
  };
}

/** The number of inputs in three bytes instead of one. */
function longerCount(stripped: Uint8Array): Uint8Array {
  return concat(stripped.subarray(0, 4), Uint8Array.of(0xfd, 1, 0), stripped.subarray(5));
}

/** The first header's target in another form; its work is not looked at before that. */
function withBits(proof: AnchorProof, bits: number): AnchorProof {
  const headers = proof.headers.slice();
  new DataView(headers.buffer).setUint32(72, bits, true);
  return { ...proof, headers };
}

/**
 * Mines a 64-byte transaction whose bytes are those of an inner node over the forged anchor: 32
 * bytes that hash the anchor on the right, anything on the left.
 */
function depthAttack(): AnchorProof {
  const left = sha256d(Buffer.of(5));
  const node = Buffer.concat([left, sha256d(anchor)]);
  // In the block, `node` is the transaction at index 1; below it hangs an anchor that nobody mined.
  const leaves = [sha256d(coinbaseBytes(PUSH_300)), sha256d(node)];
  const proof = proofOf({ merkleRoot: rootOf(leaves) });
  return {
    ...proof,
    index: 3,
    branch: [left, leaves[0] ?? left],
    coinbase: coinbaseBytes(PUSH_300),
    coinbaseBranch: branchOf(leaves, 0),
  };
}

function copiedPlace(): AnchorProof {
  const block = [coinbaseBytes(PUSH_300), filler(1), anchor];
  return { ...proofOf({ block, index: 2 }), index: 3 };
}

function sixtyFour(): Buffer {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(2)), vout: 0 }],
    outputs: [{ value: 0n, script: new Uint8Array(4) }],
  });
}

function withWitness(stripped: Uint8Array): Uint8Array {
  return concat(
    stripped.subarray(0, 4),
    Uint8Array.of(0, 1),
    stripped.subarray(4, -4),
    Uint8Array.of(1, 1, 0xaa),
    stripped.subarray(-4),
  );
}

/** Re-mines the header at `at` with a fault and every later one on top of it. */
function swapHeader(
  proof: AnchorProof,
  at: number,
  fault: Pick<HeaderFields, 'bits' | 'meetsTarget'> & { readonly previous?: Uint8Array },
): AnchorProof {
  const headers: Uint8Array[] = Array.from({ length: 6 }, (_, i) =>
    proof.headers.slice(i * 80, (i + 1) * 80),
  );
  for (let i = at; i < headers.length; i++)
    headers[i] = mineHeader({
      previous: sha256d(headers[i - 1] ?? new Uint8Array()),
      merkleRoot: ROOT,
      ...(i === at ? fault : {}),
    });
  return { ...proof, headers: concat(...headers) };
}
