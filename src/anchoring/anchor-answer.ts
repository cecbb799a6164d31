/**
 * Signatures that come back for an anchor that was handed out. Whatever else the answer holds, the node goes on with
 * the very transaction that it asked for, or not at all.
 */
import { Transaction } from 'bitcoinjs-lib';
import { equalBytes } from '../base/bytes.js';
import { parseTransaction } from '../evidence/bitcoin/transaction.js';
import { readAnsweredPsbt, signatureOverAll } from './anchor-psbt.js';
import { type AnchorFeeLimits, checkAnchorFee, withSignatures } from './anchor-transaction.js';
import { type AnchorCandidate, type AnchorChain, unsignedAnchors } from './anchor-wallet.js';
import { AnchoringError } from './errors.js';

/** A candidate with its signed bytes. */
export interface AnsweredAnchor {
  readonly candidate: AnchorCandidate;
  readonly bytes: Uint8Array;
}

/**
 * An answer to any anchor that was asked for is good, also to an older one, while none that came after it is
 * signed: it pays less than those, and nodes take those in its place. One that is signed already is good again.
 *
 * @throws AnchoringError ANCHOR_PSBT_MALFORMED, ANCHOR_PSBT_UNKNOWN, ANCHOR_PSBT_SUPERSEDED, ANCHOR_PSBT_UNSIGNED,
 * ANCHOR_FEE_EXCESSIVE.
 */
export function answeredAnchor(
  chain: AnchorChain,
  psbt: Uint8Array,
  publicKey: Uint8Array,
  limits: AnchorFeeLimits,
): AnsweredAnchor {
  const { transaction, signatures } = readAnsweredPsbt(psbt, publicKey);
  const candidate = chain.candidates.find(({ bytes }) =>
    equalBytes(parseTransaction(bytes).stripped, transaction),
  );
  if (candidate === undefined) throw unknown(chain, transaction);
  if (candidate.askedAt === null) return { candidate, bytes: candidate.bytes };
  if (!unsignedAnchors(chain).includes(candidate))
    throw new AnchoringError(
      'ANCHOR_PSBT_SUPERSEDED',
      'a later anchor that spends the same coin and pays more is signed already: this one is not needed',
    );
  // The limits may be lower than they were when it was asked for.
  checkAnchorFee(candidate, limits);
  const values = signatures.map((encoded, input) => {
    if (encoded === null) throw unsigned(input, 'is not signed by the anchor key');
    const value = signatureOverAll(encoded);
    if (value === null) throw unsigned(input, 'has no signature with SIGHASH_ALL');
    return value;
  });
  const bytes = withSignatures(candidate, values, publicKey);
  if (bytes === null) throw unsigned(null, 'has a signature that is not of this transaction');
  return { candidate, bytes };
}

/** Says by what it differs from the newest that waits: an operator should know what his device did. */
function unknown(chain: AnchorChain, answered: Uint8Array): AnchoringError {
  const newest = unsignedAnchors(chain).at(-1);
  const how =
    newest === undefined
      ? 'no signature is waited for: its coin is spent, or it was never asked for'
      : `it is none of those that were handed out; the newest has other ${difference(newest.bytes, answered)}`;
  return new AnchoringError(
    'ANCHOR_PSBT_UNKNOWN',
    `the transaction of the PSBT is not taken: ${how}`,
  );
}

function difference(asked: Uint8Array, answered: Uint8Array): string {
  const [a, b] = [asked, answered].map((bytes) => Transaction.fromBuffer(bytes));
  if (a === undefined || b === undefined) return 'bytes';
  if (
    !sameItems(
      a.ins,
      b.ins,
      (one, other) => one.index === other.index && equalBytes(one.hash, other.hash),
    )
  )
    return 'inputs';
  if (!sameItems(a.ins, b.ins, (one, other) => one.sequence === other.sequence)) return 'sequences';
  if (!sameItems(a.outs, b.outs, (one, other) => equalBytes(one.script, other.script)))
    return 'outputs';
  if (!sameItems(a.outs, b.outs, (one, other) => one.value === other.value)) return 'amounts';
  return a.locktime === b.locktime ? 'version' : 'lock time';
}

function sameItems<T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return other !== undefined && isSame(one, other);
    })
  );
}

function unsigned(input: number | null, flaw: string): AnchoringError {
  const what = input === null ? 'the PSBT' : `input ${input} of the PSBT`;
  return new AnchoringError('ANCHOR_PSBT_UNSIGNED', `${what} ${flaw}: sign it once more`);
}
