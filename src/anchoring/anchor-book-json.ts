/** The anchor book as `chain.json` holds it (docs/formats/data-directory.md), in both its formats. */
import { fromHex, toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import {
  arrayOf,
  COUNT,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  type Shape,
  textLike,
} from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { parseTxid } from '../evidence/bitcoin/hash256.js';
import {
  type AnchorBook,
  beginChain,
  type ChainEnd,
  EMPTY_BOOK,
  type WrittenChain,
} from './anchor-book.js';
import {
  anchorChainToJson,
  coinToJson,
  parseAnchorChain,
  parseCoin,
  TXID,
} from './anchor-chain-json.js';
import { type AnchorSpending, NOTHING_SPENT } from './anchor-spending.js';
import { MAX_TOP_UPS } from './anchor-transaction.js';
import type { AnchorChain } from './anchor-wallet.js';
import { AnchoringError } from './errors.js';

/** Of `chain.json`, and of a settled anchor. Format 1 knew of one level and of no cost. */
export const ANCHOR_FORMAT = 2;

/** Anchors that one reorganisation takes back. */
export const MAX_UNSETTLED = 4_096;
const MAX_ENDED = 1_024;
const SCRIPT = textLike(/^0014[0-9a-f]{40}$/, 'a P2WPKH script');
const MONTH = textLike(/^\d{4}-\d{2}$/, 'a month like 2026-11');
const LEVELS: Shape<readonly JsonObject[]> = arrayOf(JSON_OBJECT, MAX_UNSETTLED + 1);

export function anchorBookToJson({ ended, chain, spending }: AnchorBook): JsonObject {
  return {
    ...(chain !== null && { chain: chainToJson(chain) }),
    ...(ended.length > 0 && {
      ended: ended.map(({ script, tip, end }) => ({
        script: toHex(script),
        tip: coinToJson(tip),
        ...(end !== null && { end: endToJson(end) }),
      })),
    }),
    ...(spending.month !== '' && {
      spending: {
        month: spending.month,
        paid: Number(spending.paid),
        total: Number(spending.total),
      },
    }),
  };
}

/**
 * @param members of `chain.json`, those of the book among them; `end` is the caller's.
 * @param script that a chain of format 1 pays, which did not say it; null leaves such a chain out.
 * @throws AnchoringError ANCHOR_STATE_INVALID.
 */
export function parseAnchorBook(
  members: JsonMembers,
  format: number,
  script: Uint8Array | null,
): AnchorBook {
  const chain = members.optional('chain', JSON_OBJECT) ?? null;
  if (format === 1)
    return {
      ...EMPTY_BOOK,
      chain: chain === null || script === null ? null : parseOldChain(chain, script),
    };
  const spending = members.optional('spending', JSON_OBJECT) ?? null;
  return {
    chain: chain && parseChain(new JsonMembers(chain, invalid, 'chain')),
    ended: members.objects('ended', MAX_ENDED).map((one) => {
      const old = fromHex(one.required('script', SCRIPT));
      const tip = parseCoin(one.object('tip'));
      const end = parseEnd(one);
      one.end();
      return { script: old, tip, end };
    }),
    spending:
      spending === null
        ? NOTHING_SPENT
        : parseSpending(new JsonMembers(spending, invalid, 'spending')),
  };
}

function chainToJson(chain: WrittenChain): JsonObject {
  const { script, above, topUps, signedAt, end } = chain;
  return {
    levels: [chain, ...above].map(anchorChainToJson),
    script: toHex(script),
    ...(topUps.length > 0 && { topUps: topUps.map(coinToJson) }),
    ...(signedAt !== null && { signedAt: formatInstant(signedAt) }),
    ...(end !== null && { end: endToJson(end) }),
  };
}

function parseOldChain(value: JsonObject, script: Uint8Array): WrittenChain {
  const { tip, ...level } = parseAnchorChain(value, script);
  return { ...beginChain(script, tip), ...level };
}

function parseChain(members: JsonMembers): WrittenChain {
  const script = fromHex(members.required('script', SCRIPT));
  const [first, ...above] = members
    .required('levels', LEVELS)
    .map((level): AnchorChain => parseAnchorChain(level, script));
  if (first === undefined) throw invalid('a chain has no level');
  for (const [at, { tip }] of above.entries()) {
    const below = at === 0 ? first : above[at - 1];
    if (!below?.candidates.some(({ txid }) => txid === tip.outpoint.txid))
      throw invalid('a level hangs from no candidate of the one below it');
  }
  const topUps = members.objects('topUps', MAX_TOP_UPS).map(parseCoin);
  const signedAt = members.optional('signedAt', INSTANT) ?? null;
  const end = parseEnd(members);
  members.end();
  return { ...first, script, above, topUps, signedAt, end };
}

function parseSpending(members: JsonMembers): AnchorSpending {
  const month = members.required('month', MONTH);
  const paid = BigInt(members.required('paid', COUNT));
  const total = BigInt(members.required('total', COUNT));
  members.end();
  return { month, paid, total };
}

function endToJson({ txid, height, at }: ChainEnd): JsonObject {
  return { txid, height, at: formatInstant(at) };
}

function parseEnd(members: JsonMembers): ChainEnd | null {
  const value = members.optional('end', JSON_OBJECT);
  if (value === undefined) return null;
  const end = new JsonMembers(value, invalid, 'end');
  const txid = parseTxid(end.required('txid', TXID));
  const height = end.required('height', COUNT);
  const at = end.required('at', INSTANT);
  end.end();
  return { txid, height, at };
}

function invalid(reason: string): AnchoringError {
  const message = `the stored anchor chain is unusable: ${reason}`;
  return new AnchoringError('ANCHOR_STATE_INVALID', message);
}
