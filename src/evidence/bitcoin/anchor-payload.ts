/**
 * What an anchor writes into the chain and where it stands in the transaction
 * (docs/formats/bitcoin-anchor.md). 40 bytes of payload make a script of 42: the lowest limit on data
 * outputs that any widely used node has had by default.
 */
import type { Sha256Digest, TreeSize } from '../../base/brand.js';
import { concat, equalBytes, sha256Digest, u32be, utf8 } from '../../base/bytes.js';
import { BitcoinProofError } from './errors.js';
import type { Outpoint, Transaction } from './transaction.js';

/** The head of the epoch log: an RFC 6962 tree of one record per epoch. */
export interface AnchorPayload {
  /** 1…2³²−1. */
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
}

/** One link of the chain of anchors. */
export interface AnchorLink {
  readonly payload: AnchorPayload;
  /** What input 0 spends: output 0 of the anchor before, or for the first what the operator paid in. */
  readonly chainInput: Outpoint;
  /** Script of output 0, the same in every anchor of one chain. */
  readonly chainScript: Uint8Array;
}

export const ANCHOR_PAYLOAD_BYTES = 40;

const MAGIC = utf8('CGA1');
const OP_RETURN = 0x6a;
const SCRIPT_PREFIX = Uint8Array.of(OP_RETURN, ANCHOR_PAYLOAD_BYTES);
const P2WPKH_PREFIX = Uint8Array.of(0x00, 20);
const P2WPKH_SCRIPT_BYTES = 22;

export function encodeAnchorPayload(payload: AnchorPayload): Uint8Array {
  return concat(MAGIC, u32be(payload.size), payload.rootHash);
}

/** @throws BitcoinProofError BITCOIN_NOT_AN_ANCHOR unless 40 bytes with our magic and a size of at least 1. */
export function parseAnchorPayload(bytes: Uint8Array): AnchorPayload {
  if (bytes.length !== ANCHOR_PAYLOAD_BYTES || !equalBytes(bytes.subarray(0, 4), MAGIC))
    throw notAnAnchor('its payload is not 40 bytes that start with CGA1');
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
  if (size === 0) throw notAnAnchor('its epoch log is empty');
  return { size: size as TreeSize, rootHash: sha256Digest(bytes.slice(8)) };
}

/** OP_RETURN and one direct push. */
export function anchorPayloadScript(payload: AnchorPayload): Uint8Array {
  return concat(SCRIPT_PREFIX, encodeAnchorPayload(payload));
}

/** @throws BitcoinProofError BITCOIN_NOT_AN_ANCHOR for every script that `anchorPayloadScript` does not write. */
export function parseAnchorPayloadScript(script: Uint8Array): AnchorPayload {
  if (!equalBytes(script.subarray(0, SCRIPT_PREFIX.length), SCRIPT_PREFIX))
    throw notAnAnchor('its output 1 does not push 40 bytes after OP_RETURN');
  return parseAnchorPayload(script.subarray(SCRIPT_PREFIX.length));
}

/**
 * Reads a transaction as an anchor: exactly two outputs, of which 0 pays a P2WPKH script and 1 alone
 * carries data. Whether it spends the anchor before, and pays the chain's own script, is for those
 * to compare who know them: two anchors with the same `chainInput` cannot both be in one chain of
 * blocks, which is what makes the log unable to fork.
 *
 * @throws BitcoinProofError BITCOIN_NOT_AN_ANCHOR
 */
export function readAnchorLink(transaction: Transaction): AnchorLink {
  const [chainOutput, payloadOutput, ...others] = transaction.outputs;
  const [input] = transaction.inputs;
  if (input === undefined || chainOutput === undefined || payloadOutput === undefined)
    throw notAnAnchor('it has fewer than two outputs');
  if (others.length > 0) throw notAnAnchor('it has more than two outputs');
  if (!isP2wpkhScript(chainOutput.script)) throw notAnAnchor('its output 0 is not P2WPKH');
  if (payloadOutput.value !== 0n) throw notAnAnchor('its output 1 burns money');
  return {
    payload: parseAnchorPayloadScript(payloadOutput.script),
    chainInput: input.outpoint,
    chainScript: chainOutput.script,
  };
}

/** Version 0 witness program of 20 bytes (BIP 141). */
export function isP2wpkhScript(script: Uint8Array): boolean {
  return (
    script.length === P2WPKH_SCRIPT_BYTES &&
    equalBytes(script.subarray(0, P2WPKH_PREFIX.length), P2WPKH_PREFIX)
  );
}

function notAnAnchor(reason: string): BitcoinProofError {
  return new BitcoinProofError('BITCOIN_NOT_AN_ANCHOR', `the transaction is no anchor: ${reason}`);
}
