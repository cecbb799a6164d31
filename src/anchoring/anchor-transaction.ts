/**
 * The anchor transaction (docs/formats/bitcoin-anchor.md): input 0 spends the anchor before, further
 * inputs pay in, output 0 pays everything but the fee back to the one script of the chain, output 1
 * carries the payload. No other output, ever: a chain with two spendable outputs could fork.
 */
import { payments, Transaction } from 'bitcoinjs-lib';
import { assert } from '../base/errors.js';
import { anchorPayloadScript } from '../evidence/bitcoin/anchor-payload.js';
import type { AnchorPayload } from '../evidence/bitcoin/anchor-payload.js';
import { internalOrder, parseTxid } from '../evidence/bitcoin/hash256.js';
import type { Txid } from '../evidence/bitcoin/hash256.js';
import type { Outpoint } from '../evidence/bitcoin/transaction.js';
import type { AnchorSigner } from './anchor-signer.js';
import type { BitcoinNetwork } from './bitcoin-network.js';
import { AnchoringError } from './errors.js';
import { spendsP2wpkh } from './internal/p2wpkh-check.js';
import { p2wpkhDigest, p2wpkhScript, p2wpkhWitness, withLowS } from './internal/p2wpkh.js';

/** An unspent output that pays the chain's script. */
export interface AnchorCoin {
  readonly outpoint: Outpoint;
  /** In satoshi. */
  readonly value: bigint;
}

export interface AnchorDraft {
  /** Output 0 of the anchor before; for the first anchor whatever was paid to the chain's script. */
  readonly spends: AnchorCoin;
  /** Further coins paid to the same script; at most `MAX_TOP_UPS`. */
  readonly topUps: readonly AnchorCoin[];
  readonly payload: AnchorPayload;
  /** In satoshi. */
  readonly fee: bigint;
}

/** Guards against mistakes, above what any policy would want to pay. */
export interface AnchorFeeLimits {
  /** In satoshi per virtual byte. */
  readonly maxRate: number;
  /** In satoshi. */
  readonly maxFee: bigint;
}

export interface SignedAnchor {
  readonly bytes: Uint8Array;
  readonly txid: Txid;
}

export const MAX_TOP_UPS = 32;
/** Nodes relay no P2WPKH output that is worth less. */
export const DUST_LIMIT = 294n;

const VERSION = 2;
/** Signals that the transaction may be replaced (BIP 125), and sets no relative lock (BIP 68). */
const REPLACEABLE_SEQUENCE = 0xfffffffd;

/** The script that every anchor of a key's chain pays: what the operator funds. */
export function chainScript(publicKey: Uint8Array): Uint8Array {
  return p2wpkhScript(publicKey);
}

export function chainAddress(publicKey: Uint8Array, network: BitcoinNetwork): string {
  const { address } = payments.p2wpkh({ pubkey: publicKey, network: network.addresses });
  assert(address !== undefined, 'a compressed public key has an address');
  return address;
}

/**
 * Virtual bytes of an anchor with so many inputs: 161 for one. Counts signatures at their longest, so
 * a transaction is at most two bytes an input smaller and never larger.
 */
export function anchorVirtualSize(inputs: number): number {
  const stripped = 4 + 1 + 41 * inputs + 1 + 31 + 51 + 4;
  const witness = 2 + 108 * inputs;
  return Math.ceil((4 * stripped + witness) / 4);
}

/**
 * Builds and signs an anchor, and checks every signature before anyone sees the bytes.
 *
 * @throws AnchoringError ANCHOR_FUNDS_EXHAUSTED, ANCHOR_FEE_EXCESSIVE, ANCHOR_SIGNATURE_INVALID; and
 * whatever the signer throws
 */
export async function signAnchor(
  draft: AnchorDraft,
  signer: AnchorSigner,
  limits: AnchorFeeLimits,
): Promise<SignedAnchor> {
  const coins = [draft.spends, ...draft.topUps];
  checkFee(draft.fee, anchorVirtualSize(coins.length), limits);
  const script = chainScript(signer.publicKey);
  const transaction = unsigned(draft, coins, script);
  // Digests do not cover witnesses, so inputs can be signed one after the other in place.
  for (const [index, { value }] of coins.entries()) {
    const signature = await signer.sign(p2wpkhDigest(transaction, index, { value, script }));
    if (signature.length !== 64) throw invalidSignature();
    transaction.setWitness(index, p2wpkhWitness(withLowS(signature), signer.publicKey));
  }
  if (!coins.every(({ value }, index) => spendsP2wpkh(transaction, index, { value, script })))
    throw invalidSignature();
  return { bytes: transaction.toBuffer(), txid: parseTxid(transaction.getId()) };
}

function checkFee(fee: bigint, virtualSize: number, limits: AnchorFeeLimits): void {
  assert(fee >= 0n, 'a fee is not negative');
  if (fee > limits.maxFee || fee > BigInt(Math.floor(limits.maxRate * virtualSize)))
    throw new AnchoringError(
      'ANCHOR_FEE_EXCESSIVE',
      `a fee of ${fee.toString()} sat is above the limit set for an anchor`,
    );
}

function unsigned(
  draft: AnchorDraft,
  coins: readonly AnchorCoin[],
  script: Uint8Array,
): Transaction {
  assert(draft.topUps.length <= MAX_TOP_UPS, `an anchor takes at most ${MAX_TOP_UPS} top-ups`);
  const value = coins.reduce((sum, coin) => sum + coin.value, 0n) - draft.fee;
  if (value < DUST_LIMIT)
    throw new AnchoringError(
      'ANCHOR_FUNDS_EXHAUSTED',
      'the anchor chain cannot pay this fee: pay more to the anchor address',
    );
  const transaction = new Transaction();
  transaction.version = VERSION;
  for (const { outpoint } of coins)
    transaction.addInput(internalOrder(outpoint.txid), outpoint.vout, REPLACEABLE_SEQUENCE);
  transaction.addOutput(script, value);
  transaction.addOutput(anchorPayloadScript(draft.payload), 0n);
  return transaction;
}

function invalidSignature(): AnchoringError {
  return new AnchoringError(
    'ANCHOR_SIGNATURE_INVALID',
    'the anchor signer did not sign what it was given: check its key',
  );
}
