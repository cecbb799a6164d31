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

/** What an anchor spends, input by input. */
export interface AnchorInputs {
  /** Output 0 of the anchor before; for the first anchor whatever was paid to the chain's script. */
  readonly spends: AnchorCoin;
  /** Further coins paid to the same script; at most `MAX_TOP_UPS`. */
  readonly topUps: readonly AnchorCoin[];
}

export interface AnchorDraft extends AnchorInputs {
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

export interface MadeAnchor {
  /** With its witnesses, if it is signed. */
  readonly bytes: Uint8Array;
  /** The same with witnesses and without. */
  readonly txid: Txid;
  readonly isSigned: boolean;
}

export const MAX_TOP_UPS = 32;
/** Nodes relay no P2WPKH output that is worth less. */
export const DUST_LIMIT = 294n;

const VERSION = 2;
const SIGNATURE_BYTES = 64;
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
 * Builds and signs an anchor, and checks every signature before anyone sees the bytes. Where the signer takes its
 * time, what it is to sign.
 *
 * @throws AnchoringError ANCHOR_FUNDS_EXHAUSTED, ANCHOR_FEE_EXCESSIVE, ANCHOR_SIGNATURE_INVALID; and
 * whatever the signer throws
 */
export async function signAnchor(
  draft: AnchorDraft,
  signer: AnchorSigner,
  limits: AnchorFeeLimits,
): Promise<MadeAnchor> {
  const coins = coinsOf(draft);
  checkAnchorFee(draft, limits);
  const script = chainScript(signer.publicKey);
  const transaction = unsigned(draft, coins, script);
  const txid = parseTxid(transaction.getId());
  const digests = coins.map(({ value }, index) =>
    p2wpkhDigest(transaction, index, { value, script }),
  );
  const signatures = await signer.sign(digests);
  const bytes = transaction.toBuffer();
  if (signatures === null) return { bytes, txid, isSigned: false };
  const signed = withSignatures({ ...draft, bytes }, signatures, signer.publicKey);
  if (signed === null) throw invalidSignature();
  return { bytes: signed, txid, isSigned: true };
}

/**
 * The same transaction with the witnesses that these signatures make; null unless each spends its input, under
 * this key and for all of the transaction.
 *
 * @param anchor its bytes, signed or not, and what they spend.
 * @param signatures r ‖ s of each input; a high s is lowered.
 */
export function withSignatures(
  anchor: AnchorInputs & { readonly bytes: Uint8Array },
  signatures: readonly Uint8Array[],
  publicKey: Uint8Array,
): Uint8Array | null {
  if (signatures.some(({ length }) => length !== SIGNATURE_BYTES)) return null;
  const witnesses = signatures.map((signature) => p2wpkhWitness(withLowS(signature), publicKey));
  return withWitnesses(anchor, witnesses, chainScript(publicKey));
}

/** The same of whole witnesses, wherever they come from. */
export function withWitnesses(
  { bytes, ...inputs }: AnchorInputs & { readonly bytes: Uint8Array },
  witnesses: readonly (readonly Uint8Array[])[],
  script: Uint8Array,
): Uint8Array | null {
  const transaction = Transaction.fromBuffer(bytes);
  for (const [index, witness] of witnesses.slice(0, transaction.ins.length).entries())
    transaction.setWitness(index, [...witness]);
  const isSpending = coinsOf(inputs).every(({ value }, index) =>
    spendsP2wpkh(transaction, index, { value, script }),
  );
  return isSpending ? transaction.toBuffer() : null;
}

export function coinsOf({ spends, topUps }: AnchorInputs): readonly AnchorCoin[] {
  return [spends, ...topUps];
}

/** @throws AnchoringError ANCHOR_FEE_EXCESSIVE. */
export function checkAnchorFee(
  { fee, topUps }: Pick<AnchorDraft, 'fee' | 'topUps'>,
  limits: AnchorFeeLimits,
): void {
  assert(fee >= 0n, 'a fee is not negative');
  const virtualSize = anchorVirtualSize(1 + topUps.length);
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
