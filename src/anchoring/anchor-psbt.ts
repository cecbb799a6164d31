/**
 * An anchor as it is handed to whoever has its key, and how its signatures come back: a PSBT (BIP 174, version 0).
 * Of what comes back the transaction is compared, and the signatures are taken; nothing else of it is used.
 */
import { Psbt, script as bitcoinScript, Transaction } from 'bitcoinjs-lib';
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { BitcoinReader } from '../evidence/bitcoin/bitcoin-reader.js';
import { chainScript, coinsOf } from './anchor-transaction.js';
import type { AnchorCandidate } from './anchor-wallet.js';
import { AnchoringError } from './errors.js';

/** Where a wallet finds the key: the fingerprint of its root (BIP 32), and the path from there. */
export interface KeyOrigin {
  /** Four bytes. */
  readonly fingerprint: Uint8Array;
  /** Like `m/84'/0'/0'/0/0`. */
  readonly path: string;
}

export interface AnchorPublicKey {
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** Null where its owner finds it without. */
  readonly origin: KeyOrigin | null;
}

export interface AnsweredPsbt {
  /** The transaction without witnesses. */
  readonly transaction: Uint8Array;
  /** By input: DER with the hash type behind it; null where the key has not signed. */
  readonly signatures: readonly (Uint8Array | null)[];
}

/** Of an anchor with every top-up it may have, each with the transaction that paid it, as some devices add them. */
export const MAX_PSBT_BYTES = 262_144;

/** Says what each input spends, so that a device without a chain can show the fee, and that all of it is to be signed. */
export function anchorPsbt(
  candidate: AnchorCandidate,
  { publicKey, origin }: AnchorPublicKey,
): Uint8Array {
  const script = chainScript(publicKey);
  const transaction = Transaction.fromBuffer(candidate.bytes);
  const derived = origin !== null && {
    bip32Derivation: [
      { masterFingerprint: origin.fingerprint, path: origin.path, pubkey: publicKey },
    ],
  };
  const psbt = new Psbt();
  psbt.setVersion(transaction.version);
  psbt.setLocktime(transaction.locktime);
  for (const [at, { outpoint, value }] of coinsOf(candidate).entries())
    psbt.addInput({
      hash: outpoint.txid,
      index: outpoint.vout,
      sequence: transaction.ins[at]?.sequence ?? 0,
      witnessUtxo: { script, value },
      sighashType: Transaction.SIGHASH_ALL,
      ...derived,
    });
  for (const output of transaction.outs)
    psbt.addOutput({ ...output, ...(equalBytes(output.script, script) && derived) });
  assert(
    equalBytes(psbt.data.getTransaction(), candidate.bytes),
    'the PSBT is of the candidate, byte for byte',
  );
  return psbt.toBuffer();
}

/**
 * @param publicKey whose signatures are looked for; those of others are nothing to us.
 * @throws AnchoringError ANCHOR_PSBT_MALFORMED.
 */
export function readAnsweredPsbt(bytes: Uint8Array, publicKey: Uint8Array): AnsweredPsbt {
  if (bytes.length > MAX_PSBT_BYTES) throw malformed(`it is longer than ${MAX_PSBT_BYTES} bytes`);
  let psbt: Psbt;
  try {
    psbt = Psbt.fromBuffer(bytes);
  } catch (cause) {
    // What the library says of hostile bytes is of any kind, and shown to nobody.
    throw malformed('it cannot be read', cause);
  }
  return {
    transaction: psbt.data.getTransaction(),
    signatures: psbt.data.inputs.map(({ partialSig = [], finalScriptWitness }) => {
      const own = partialSig.find(({ pubkey }) => equalBytes(pubkey, publicKey));
      return own?.signature ?? signatureIn(finalScriptWitness, publicKey);
    }),
  };
}

/** r ‖ s of a signature in DER over all of a transaction; null of any other. */
export function signatureOverAll(encoded: Uint8Array): Uint8Array | null {
  if (encoded.at(-1) !== Transaction.SIGHASH_ALL) return null;
  if (!bitcoinScript.isCanonicalScriptSignature(encoded)) return null;
  try {
    return bitcoinScript.signature.decode(encoded).signature;
  } catch {
    // Numbers of more than 32 bytes: canonical, and none of this curve.
    return null;
  }
}

/** Devices that finalise what they sign put it into a witness of two items. */
function signatureIn(witness: Uint8Array | undefined, publicKey: Uint8Array): Uint8Array | null {
  if (witness === undefined) return null;
  const reader = new BitcoinReader(witness, (reason) => malformed(`a witness: ${reason}`));
  const items = Array.from({ length: reader.count(1) }, () => reader.take(reader.count(1)));
  reader.end();
  const [signature, key] = items;
  if (signature === undefined || key === undefined || items.length !== 2) return null;
  return equalBytes(key, publicKey) ? signature : null;
}

function malformed(reason: string, cause?: unknown): AnchoringError {
  return new AnchoringError(
    'ANCHOR_PSBT_MALFORMED',
    `not a PSBT of version 0 (BIP 174): ${reason}; send back the one that was handed out, signed`,
    { cause },
  );
}
