/** Whoever has the anchor key elsewhere: signs PSBTs with bitcoinjs-lib's own signer, or otherwise than he should. */
import { Psbt, script as bitcoinScript, Transaction } from 'bitcoinjs-lib';
import * as secp256k1 from 'tiny-secp256k1';
import { distantAnchorSigner, softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import type { AnchorSigner } from '../../src/anchoring/anchor-signer.js';
import type { Anchorer } from '../../src/anchoring/anchorer.js';
import { concat, fromHex, toHex } from '../../src/base/bytes.js';

export interface DistantWallet {
  readonly secret: Uint8Array;
  /** What the node has of it. */
  readonly signer: AnchorSigner;
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** @param fill the byte that its secret consists of, as in the fixture. */
export function distantWallet(fill: number): DistantWallet {
  const secret = new Uint8Array(32).fill(fill);
  return { secret, signer: distantAnchorSigner(softwareAnchorSigner(secret).publicKey) };
}

export const WALLET = distantWallet(7);
export const OTHER_WALLET = distantWallet(8);

/** As a wallet does it that keeps to BIP 174. */
export function signed(psbt: Uint8Array, { secret, signer }: DistantWallet = WALLET): Uint8Array {
  const read = Psbt.fromBuffer(psbt);
  read.signAllInputs({
    publicKey: signer.publicKey,
    sign: (hash) => secp256k1.sign(hash, secret),
  });
  return read.toBuffer();
}

/** The same, with witnesses in place of signatures. */
export function finalised(psbt: Uint8Array): Uint8Array {
  const read = Psbt.fromBuffer(signed(psbt));
  read.finalizeAllInputs();
  return read.toBuffer();
}

/** The other signature of each that is valid: a device may make either. */
export function withHighS(psbt: Uint8Array): Uint8Array {
  return withSignatures(signed(psbt), (encoded) => {
    const { signature, hashType } = bitcoinScript.signature.decode(encoded);
    const s = (ORDER - BigInt(`0x${toHex(signature.subarray(32))}`)).toString(16);
    const high = concat(signature.subarray(0, 32), fromHex(s.padStart(64, '0')));
    return bitcoinScript.signature.encode(high, hashType);
  });
}

/** Its signatures replaced, whatever they are then. */
export function withSignatures(
  psbt: Uint8Array,
  replace: (encoded: Uint8Array) => Uint8Array,
): Uint8Array {
  const read = Psbt.fromBuffer(psbt);
  for (const input of read.data.inputs)
    input.partialSig = (input.partialSig ?? []).map(({ pubkey, signature }) => ({
      pubkey,
      signature: replace(signature),
    }));
  return read.toBuffer();
}

/** Of another transaction, made out of the one asked for, and signed as a whole. */
export function signedOther(
  psbt: Uint8Array,
  change: (transaction: Transaction) => void,
): Uint8Array {
  const asked = Psbt.fromBuffer(psbt);
  const transaction = Transaction.fromBuffer(asked.data.getTransaction());
  change(transaction);
  const other = new Psbt();
  other.setVersion(transaction.version);
  other.setLocktime(transaction.locktime);
  const [first] = asked.data.inputs;
  for (const [at, { hash, index, sequence }] of transaction.ins.entries()) {
    const witnessUtxo = asked.data.inputs[at]?.witnessUtxo ?? first?.witnessUtxo;
    if (witnessUtxo === undefined) throw new Error('no input says what it spends');
    other.addInput({ hash, index, sequence, witnessUtxo });
  }
  for (const { script, value } of transaction.outs) other.addOutput({ script, value });
  return signed(other.toBuffer());
}

/** The newest anchor that waits; throws where there is none. */
export function newestOf(anchorer: Anchorer): Uint8Array {
  const newest = anchorer.unsigned().at(-1);
  if (newest === undefined) throw new Error('no anchor waits for a signature');
  return newest.psbt;
}

/** Carries it there and back, and has it broadcast. */
export async function carry(anchorer: Anchorer, wallet: DistantWallet = WALLET): Promise<void> {
  await anchorer.accept(signed(newestOf(anchorer), wallet));
  await anchorer.send();
}
