/**
 * The anchor proof as a member of an evidence file: one encoding only, every member required, every
 * length bounded before it is decoded. Order of bytes is that of the chain throughout; nothing is
 * reversed for show.
 */
import { concat, fromHex, toHex } from '../../base/bytes.js';
import type { JsonObject, JsonValue } from '../../base/canonical-json.js';
import { JsonMembers, oneOf } from '../../base/json-members.js';
import type { Shape } from '../../base/json-members.js';
import { MAX_HEIGHT } from './anchor-proof.js';
import type { AnchorProof } from './anchor-proof.js';
import { HEADER_BYTES } from './block-header.js';
import { BitcoinProofError } from './errors.js';
import { MAX_HEADERS } from './header-chain.js';
import { MAX_BRANCH_DEPTH } from './merkle-branch.js';
import { MAX_STRIPPED_TRANSACTION_BYTES } from './transaction.js';

const NETWORK = oneOf('mainnet', 'testnet', 'testnet4', 'signet', 'regtest');
const HEIGHT = integerTo(MAX_HEIGHT);
const INDEX = integerTo(2 ** MAX_BRANCH_DEPTH - 1);
const TRANSACTION = hexOf(1, MAX_STRIPPED_TRANSACTION_BYTES);
const HEADERS = hexOf(HEADER_BYTES, MAX_HEADERS);
// Never empty: every block with an anchor holds a coinbase besides.
const BRANCH = hexOf(32, MAX_BRANCH_DEPTH);

export function anchorProofToJson(proof: AnchorProof): JsonObject {
  return {
    network: proof.network,
    transaction: toHex(proof.transaction),
    index: proof.index,
    branch: toHex(concat(...proof.branch)),
    coinbase: toHex(proof.coinbase),
    coinbaseBranch: toHex(concat(...proof.coinbaseBranch)),
    height: proof.height,
    headersFrom: proof.headersFrom,
    headers: toHex(proof.headers),
  };
}

/**
 * Reads the shape and bounds it; `verifyAnchorProof` says whether it holds.
 *
 * @throws BitcoinProofError BITCOIN_PROOF_MALFORMED for a missing, unknown, oversized or otherwise
 * encoded member.
 */
export function parseAnchorProof(value: JsonValue): AnchorProof {
  const members = new JsonMembers(value, malformed);
  const proof: AnchorProof = {
    network: members.required('network', NETWORK),
    transaction: members.required('transaction', TRANSACTION),
    index: members.required('index', INDEX),
    branch: hashes(members.required('branch', BRANCH)),
    coinbase: members.required('coinbase', TRANSACTION),
    coinbaseBranch: hashes(members.required('coinbaseBranch', BRANCH)),
    height: members.required('height', HEIGHT),
    headersFrom: members.required('headersFrom', HEIGHT),
    headers: members.required('headers', HEADERS),
  };
  members.end();
  return proof;
}

function integerTo(maximum: number): Shape<number> {
  return {
    what: `a whole number from 0 to ${maximum}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum
        ? value
        : null,
  };
}

/** Lower-case hex of 1…`maximum` units of `unit` bytes each. */
function hexOf(unit: number, maximum: number): Shape<Uint8Array> {
  return {
    what: `lower-case hex of 1 to ${maximum} times ${unit} bytes`,
    read: (value) =>
      typeof value === 'string' &&
      value.length > 0 &&
      value.length <= 2 * unit * maximum &&
      value.length % (2 * unit) === 0 &&
      /^[0-9a-f]*$/.test(value)
        ? fromHex(value)
        : null,
  };
}

function hashes(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / 32 }, (_, at) =>
    bytes.subarray(at * 32, (at + 1) * 32),
  );
}

function malformed(reason: string): BitcoinProofError {
  return new BitcoinProofError('BITCOIN_PROOF_MALFORMED', `not an anchor proof: ${reason}`);
}
