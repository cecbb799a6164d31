/**
 * The anchor chain's state as its owner stores it. Only bytes and the values of what they spend are
 * written; the rest is read out of the bytes again, so a stored state cannot say one thing and
 * broadcast another.
 */
import { equalBytes, fromHex, toHex } from '../base/bytes.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import {
  JsonMembers,
  arrayOf,
  COUNT,
  INSTANT,
  JSON_OBJECT,
  textLike,
} from '../base/json-members.js';
import type { Shape } from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { readAnchorLink } from '../evidence/bitcoin/anchor-payload.js';
import { BitcoinProofError } from '../evidence/bitcoin/errors.js';
import { parseTxid } from '../evidence/bitcoin/hash256.js';
import { parseTransaction, sameOutpoint } from '../evidence/bitcoin/transaction.js';
import type { Transaction } from '../evidence/bitcoin/transaction.js';
import { coinsOf, MAX_TOP_UPS } from './anchor-transaction.js';
import type { AnchorCoin } from './anchor-transaction.js';
import { MAX_CANDIDATES } from './anchor-wallet.js';
import type { AnchorCandidate, AnchorChain } from './anchor-wallet.js';
import { AnchoringError } from './errors.js';

/** Of an anchor with every top-up it may have. */
const MAX_CANDIDATE_BYTES = 8_192;
export const TXID = textLike(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
const TRANSACTION = textLike(/^(?:[0-9a-f]{2})+$/, 'lower-case hex');
const VALUES: Shape<readonly number[]> = arrayOf(COUNT, 1 + MAX_TOP_UPS);

export function anchorChainToJson(chain: AnchorChain): JsonObject {
  return {
    tip: coinToJson(chain.tip),
    ...(chain.candidates.length > 0 && { candidates: chain.candidates.map(anchorCandidateToJson) }),
    ...(chain.since !== undefined && { since: chain.since }),
  };
}

/** One candidate alone: what the owner keeps of a settled anchor, to go back to it if it must. */
export function anchorCandidateToJson(candidate: AnchorCandidate): JsonObject {
  return {
    transaction: toHex(candidate.bytes),
    // At most 21·10¹⁴, which a double holds.
    values: coinsOf(candidate).map(({ value }) => Number(value)),
    ...(candidate.askedAt !== null && { asked: formatInstant(candidate.askedAt) }),
  };
}

/**
 * Reads a stored chain and checks it against itself and against the chain's own script. Signatures
 * were checked when they were made; nodes check them again.
 *
 * @throws AnchoringError ANCHOR_STATE_INVALID
 */
export function parseAnchorChain(value: JsonValue, script: Uint8Array): AnchorChain {
  const members = new JsonMembers(value, invalid);
  const tip = parseCoin(members.object('tip'));
  const items = members.optional('candidates', arrayOf(JSON_OBJECT, MAX_CANDIDATES)) ?? [];
  const since = members.optional('since', COUNT);
  members.end();
  const candidates = items.map((item) => parseAnchorCandidate(item, script));
  for (const { spends } of candidates)
    if (!sameOutpoint(spends.outpoint, tip.outpoint) || spends.value !== tip.value)
      throw invalid('a candidate does not spend the tip');
  return { tip, candidates, ...(since !== undefined && { since }) };
}

/** @throws AnchoringError ANCHOR_STATE_INVALID */
export function parseAnchorCandidate(value: JsonValue, script: Uint8Array): AnchorCandidate {
  const members = new JsonMembers(value, invalid);
  const hex = members.required('transaction', TRANSACTION);
  const values = members.required('values', VALUES);
  const askedAt = members.optional('asked', INSTANT) ?? null;
  members.end();
  if (hex.length > 2 * MAX_CANDIDATE_BYTES) throw invalid('a transaction is too long');
  try {
    return { ...candidateOf(fromHex(hex), values, script, askedAt === null), askedAt };
  } catch (cause) {
    if (!(cause instanceof BitcoinProofError)) throw cause;
    throw invalid('a candidate is no anchor transaction', cause);
  }
}

function candidateOf(
  bytes: Uint8Array,
  values: readonly number[],
  script: Uint8Array,
  isSigned: boolean,
): Omit<AnchorCandidate, 'askedAt'> {
  const transaction = parseTransaction(bytes);
  if (transaction.hasWitness !== isSigned)
    throw invalid('a candidate is signed and asked for, or neither');
  const { payload, chainScript } = readAnchorLink(transaction);
  if (!equalBytes(chainScript, script)) throw invalid('a candidate pays another script');
  const [spends, ...topUps] = spentBy(transaction, values);
  if (spends === undefined) throw invalid('a candidate has no input');
  const paidIn = values.reduce((sum, value) => sum + BigInt(value), 0n);
  const fee = paidIn - (transaction.outputs[0]?.value ?? 0n);
  if (fee < 0n) throw invalid('a candidate pays more than it spends');
  return { spends, topUps, payload, fee, bytes, txid: transaction.txid };
}

function spentBy(transaction: Transaction, values: readonly number[]): AnchorCoin[] {
  if (transaction.inputs.length !== values.length)
    throw invalid('a candidate has another number of inputs than values');
  return transaction.inputs.map(({ outpoint }, at) => ({
    outpoint,
    value: BigInt(values[at] ?? 0),
  }));
}

export function coinToJson({ outpoint, value }: AnchorCoin): JsonObject {
  return { txid: outpoint.txid, vout: outpoint.vout, value: Number(value) };
}

export function parseCoin(members: JsonMembers): AnchorCoin {
  const txid = parseTxid(members.required('txid', TXID));
  const vout = members.required('vout', COUNT);
  const value = BigInt(members.required('value', COUNT));
  members.end();
  return { outpoint: { txid, vout }, value };
}

function invalid(reason: string, cause?: unknown): AnchoringError {
  const message = `the stored anchor chain is unusable: ${reason}`;
  return new AnchoringError('ANCHOR_STATE_INVALID', message, { cause });
}
