/**
 * Strict reading of Bitcoin transactions (BIP 144): minimal sizes, nothing left over, no value
 * beyond what can exist. Nothing is re-serialised: the bytes that make the txid are cut out of the
 * input, so reading and hashing cannot disagree.
 */
import { concat } from '../../base/bytes.js';
import { BitcoinReader } from './bitcoin-reader.js';
import { BitcoinProofError } from './errors.js';
import { hash256, txidOf } from './hash256.js';
import type { Txid } from './hash256.js';

export interface Outpoint {
  readonly txid: Txid;
  readonly vout: number;
}

export interface TransactionInput {
  readonly outpoint: Outpoint;
  readonly scriptSig: Uint8Array;
  readonly sequence: number;
  /** Serialized witness stack, count first; empty where the transaction was read in stripped form. */
  readonly witness: Uint8Array;
}

export interface TransactionOutput {
  /** In satoshi, 0…21·10¹⁴. */
  readonly value: bigint;
  readonly script: Uint8Array;
}

export interface Transaction {
  readonly version: number;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
  readonly lockTime: number;
  /** The serialization without witnesses, which the txid is a hash of. */
  readonly stripped: Uint8Array;
  /** The whole serialization as it was read. */
  readonly bytes: Uint8Array;
  readonly txid: Txid;
  /** 32 bytes in internal order: the leaf of the block's Merkle tree. */
  readonly hash: Uint8Array;
  readonly hasWitness: boolean;
}

/** Consensus allows no larger transaction without witnesses (1 MB, one block before BIP 141). */
export const MAX_STRIPPED_TRANSACTION_BYTES = 1_000_000;
/** Consensus allows no larger transaction with witnesses (BIP 141: 4,000,000 weight units). */
export const MAX_TRANSACTION_BYTES = 4_000_000;
export const NULL_TXID = '0'.repeat(64) as Txid;

const MAX_MONEY = 2_100_000_000_000_000n;
const SMALLEST_INPUT = 41;
const SMALLEST_OUTPUT = 9;

/**
 * Reads one transaction, stripped or with witnesses, that fills `bytes` exactly. Refuses those of 64
 * bytes when stripped: such bytes can be read as an inner node of a Merkle tree (CVE-2017-12842).
 * Scripts and signatures are not looked at.
 *
 * @throws BitcoinProofError BITCOIN_TRANSACTION_MALFORMED
 */
export function parseTransaction(bytes: Uint8Array): Transaction {
  if (bytes.length > MAX_TRANSACTION_BYTES) throw malformed('it is larger than a block');
  const reader = new BitcoinReader(bytes, malformed);
  const transaction = readTransaction(reader);
  reader.end();
  if (transaction.stripped.length === 64) throw malformed('it is 64 bytes long');
  return transaction;
}

/** As `parseTransaction`, and refuses witnesses: the one form that a proof may carry. */
export function parseStrippedTransaction(bytes: Uint8Array): Transaction {
  if (bytes.length > MAX_STRIPPED_TRANSACTION_BYTES) throw malformed('it is larger than 1 MB');
  const transaction = parseTransaction(bytes);
  if (transaction.hasWitness) throw malformed('a proof carries it without witnesses');
  return transaction;
}

/** Reads one of several, as they follow each other in a block. @throws as `parseTransaction` */
export function readTransaction(reader: BitcoinReader): Transaction {
  const start = reader.offset;
  const version = reader.i32();
  const versionBytes = reader.since(start);
  const hasWitness = readSegwitMarker(reader);
  const bodyStart = reader.offset;
  const inputs = Array.from({ length: reader.count(SMALLEST_INPUT) }, () => readInput(reader));
  const outputs = Array.from({ length: reader.count(SMALLEST_OUTPUT) }, () => readOutput(reader));
  if (inputs.length === 0) throw malformed('it has no input');
  if (outputs.length === 0) throw malformed('it has no output');
  const body = reader.since(bodyStart);
  const witnesses = hasWitness ? inputs.map(() => readWitness(reader)) : [];
  if (hasWitness && witnesses.every((witness) => witness.length === 1))
    throw malformed('it is marked as having witnesses and has none');
  const lockTimeStart = reader.offset;
  const lockTime = reader.u32();
  const bytes = reader.since(start);
  const stripped = hasWitness ? concat(versionBytes, body, reader.since(lockTimeStart)) : bytes;
  const hash = hash256(stripped);
  return {
    version,
    inputs: inputs.map((input, at) => ({ ...input, witness: witnesses[at] ?? NO_WITNESS })),
    outputs,
    lockTime,
    stripped,
    bytes,
    txid: txidOf(hash),
    hash,
    hasWitness,
  };
}

const NO_WITNESS = new Uint8Array();

export function isCoinbase(transaction: Transaction): boolean {
  const [input, ...others] = transaction.inputs;
  return input?.outpoint.txid === NULL_TXID && others.length === 0;
}

export function sameOutpoint(a: Outpoint, b: Outpoint): boolean {
  return a.txid === b.txid && a.vout === b.vout;
}

/** BIP 144: marker 0 stands where the input count would, which is never 0, and a flag of 1 follows. */
function readSegwitMarker(reader: BitcoinReader): boolean {
  if (reader.peek(0) !== 0) return false;
  if (reader.peek(1) !== 1) throw malformed('it has no input, or an unknown flag');
  reader.take(2);
  return true;
}

function readInput(reader: BitcoinReader): Omit<TransactionInput, 'witness'> {
  const txid = txidOf(reader.take(32));
  const vout = reader.u32();
  const scriptSig = reader.take(reader.compactSize());
  return { outpoint: { txid, vout }, scriptSig, sequence: reader.u32() };
}

function readOutput(reader: BitcoinReader): TransactionOutput {
  const value = reader.u64();
  if (value > MAX_MONEY) throw malformed('an output is worth more than can exist');
  return { value, script: reader.take(reader.compactSize()) };
}

/** Skips over a stack without taking it apart: a block can hold millions of empty items. */
function readWitness(reader: BitcoinReader): Uint8Array {
  const start = reader.offset;
  const items = reader.count(1);
  for (let item = 0; item < items; item++) reader.take(reader.compactSize());
  return reader.since(start);
}

function malformed(reason: string): BitcoinProofError {
  return new BitcoinProofError(
    'BITCOIN_TRANSACTION_MALFORMED',
    `not a Bitcoin transaction: ${reason}`,
  );
}
