/** Who may spend: signatures, witnesses and the scripts around them. */
import { Transaction } from 'bitcoinjs-lib';
import { concat } from '../../../src/base/bytes.js';
import { OTHER_SIGNER, SIGNER } from '../fixture.js';
import type { RuleKit } from './rule-kit.js';
import { COIN_VALUE } from './rule-kit.js';
import type { Rule } from './rule.js';
import { ACCEPTED } from './rule.js';
import type { Spend } from './transaction-maker.js';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const FAILED = 'mandatory-script-verify-flag-failed';
/** Releases up to 28 name another rule here, which only relaying has: that a failed signature be empty. */
const FALSE_TOP = `${FAILED} (Script evaluated without error but finished with a false/empty top stack element`;

/** Rows whose one transaction spends one coin in another way. */
function rule(
  name: string,
  how: Omit<Spend, 'coins'>,
  expected: string,
  more: Pick<Rule, 'bcoin' | 'devchain'> = {},
): Rule {
  return { name, of: 'transaction', make: (kit: RuleKit) => kit.spend(how), expected, ...more };
}

export const SCRIPT_RULES: readonly Rule[] = [
  rule('a coin of ours, signed by our key', {}, ACCEPTED),
  rule(
    'the key of somebody else',
    { signer: OTHER_SIGNER },
    `${FAILED} (Script failed an OP_EQUALVERIFY`,
  ),
  rule(
    'our key beside a signature by another one',
    { signer: OTHER_SIGNER, witness: (signature) => [signature, SIGNER.publicKey] },
    FALSE_TOP,
  ),
  rule(
    'a signature over another value than the coin’s',
    { signedValue: COIN_VALUE + 1n },
    FALSE_TOP,
  ),
  rule(
    'a signature whose hash type was changed afterwards',
    { witness: (signature, key) => [retyped(signature, Transaction.SIGHASH_NONE), key] },
    FALSE_TOP,
  ),
  rule('SIGHASH_NONE, signed as such', { hashType: Transaction.SIGHASH_NONE }, ACCEPTED),
  rule(
    'SIGHASH_ALL with ANYONECANPAY, signed as such',
    { hashType: Transaction.SIGHASH_ALL | Transaction.SIGHASH_ANYONECANPAY },
    ACCEPTED,
  ),
  rule(
    'a hash type that nobody knows',
    { hashType: 4 },
    'non-mandatory-script-verify-flag (Signature hash type missing or not understood)',
  ),
  rule(
    'the higher s of the two',
    { witness: (signature, key) => [withHighS(signature), key] },
    'non-mandatory-script-verify-flag (Non-canonical signature: S value is unnecessarily high)',
  ),
  rule(
    'a signature padded beyond strict DER',
    { witness: (signature, key) => [padded(signature), key] },
    `${FAILED} (Non-canonical DER signature`,
  ),
  rule(
    'an r that is no number below the order',
    { witness: (signature, key) => [beyondOrder(signature), key] },
    FALSE_TOP,
  ),
  rule('an empty signature', { witness: (_signature, key) => [new Uint8Array(), key] }, FALSE_TOP),
  rule('no witness', { witness: () => null }, `${FAILED} (Witness program hash mismatch`),
  rule(
    'a witness without the key',
    { witness: (signature) => [signature] },
    `${FAILED} (Witness program hash mismatch`,
  ),
  rule(
    'a witness with an item too many',
    { witness: (signature, key) => [new Uint8Array(), signature, key] },
    `${FAILED} (Witness program hash mismatch`,
  ),
  rule(
    'an item longer than may be pushed',
    { witness: (_signature, key) => [new Uint8Array(521), key] },
    `${FAILED} (Push value size limit exceeded`,
  ),
  rule(
    'a scriptSig beside the witness',
    { scriptSig: Uint8Array.of(1, 1) },
    `${FAILED} (Witness requires empty scriptSig`,
  ),
  rule(
    'a scriptSig that computes',
    { scriptSig: Uint8Array.of(0x76) },
    'scriptsig-not-pushonly',
    {},
  ),
  rule('a scriptSig of 1,651 bytes', { scriptSig: new Uint8Array(1_651) }, 'scriptsig-size'),
];

function retyped(signature: Uint8Array, hashType: number): Uint8Array {
  return concat(signature.subarray(0, -1), Uint8Array.of(hashType));
}

interface Numbers {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

function numbersOf(signature: Uint8Array): Numbers {
  const rLength = signature[3] ?? 0;
  return {
    r: signature.subarray(4, 4 + rLength),
    s: signature.subarray(6 + rLength, signature.length - 1),
  };
}

function der({ r, s }: Numbers): Uint8Array {
  return concat(
    Uint8Array.of(0x30, 4 + r.length + s.length, 2, r.length),
    r,
    Uint8Array.of(2, s.length),
    s,
    Uint8Array.of(Transaction.SIGHASH_ALL),
  );
}

function withHighS(signature: Uint8Array): Uint8Array {
  const { r, s } = numbersOf(signature);
  const high = ORDER - BigInt(`0x${Buffer.from(s).toString('hex')}`);
  const digits = Buffer.from(high.toString(16).padStart(64, '0'), 'hex');
  // Above half the order its first bit is set, which would make it negative.
  return der({ r, s: concat(Uint8Array.of(0), digits) });
}

function padded(signature: Uint8Array): Uint8Array {
  const { r, s } = numbersOf(signature);
  return der({ r, s: concat(Uint8Array.of(0), s) });
}

function beyondOrder(signature: Uint8Array): Uint8Array {
  return der({
    ...numbersOf(signature),
    r: concat(Uint8Array.of(0), new Uint8Array(32).fill(0xff)),
  });
}
