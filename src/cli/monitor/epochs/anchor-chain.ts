/**
 * Whether anchors are of the chain that the epoch log names, and of one that was pinned: each from the last epoch that was
 * followed on pays that script and spends the one before; with a source of the verifier's choice, each is in its best chain,
 * and nobody but this log has spent the last one. Whoever has the anchor key, or shows two chains, is seen by this.
 */
import type { ChainSource } from '../../../anchoring/chain-source.js';
import { AnchoringError } from '../../../anchoring/errors.js';
import { hashIfAny, SpenderSearch } from '../../../anchoring/spender-search.js';
import { equalBytes, toHex } from '../../../base/bytes.js';
import { CHAIN_OUTPUT, verifyFollows } from '../../../evidence/bitcoin/anchor-links.js';
import { type AnchorLink, readAnchorLink } from '../../../evidence/bitcoin/anchor-payload.js';
import type { VerifiedAnchor } from '../../../evidence/bitcoin/anchor-proof.js';
import { BitcoinProofError } from '../../../evidence/bitcoin/errors.js';
import type { Transaction } from '../../../evidence/bitcoin/transaction.js';
import type { ChainName } from '../../../evidence/chains.js';
import type { SeenEpoch } from '../../../evidence/misbehaviour/seen-epoch.js';
import type { OpenedSource } from '../../chosen-source.js';
import { type Alarm, alarmOf } from '../alarms.js';
import { type AnchorQuestion, isOneLog, seenEpoch, verifiedAnchor } from './epoch-anchor.js';

export interface ChainQuestion extends Pick<AnchorQuestion, 'epochs' | 'newest' | 'trust'> {
  /** Index of the last epoch that was followed before; 0 at the first look, which takes the newest anchor as it finds it. */
  readonly after: number;
  /** Null to ask nobody. */
  readonly source: OpenedSource | null;
}

interface SeenAnchor extends VerifiedAnchor {
  readonly chain: ChainName;
  /** The last epoch in its tree. */
  readonly last: SeenEpoch;
}

/** In one look; with one every ten minutes it is more than half a day. */
const MAX_ANCHORS_A_LOOK = 100;

export async function chainAlarms(question: ChainQuestion): Promise<Alarm[]> {
  const { epochs, source } = question;
  const { place } = epochs;
  try {
    const { settledSize: settled } = await epochs.status();
    if (settled <= 1) return [];
    let before: SeenAnchor | null = null;
    let at = question.after === 0 ? settled - 1 : Math.min(question.after, settled - 1);
    for (let count = 0; at < settled && count < MAX_ANCHORS_A_LOOK; count++) {
      const anchor: SeenAnchor | string = await anchorOver(at, question);
      const flaw = typeof anchor === 'string' ? anchor : await flawOf(anchor, before, question);
      if (flaw !== null || typeof anchor === 'string')
        return [{ code: 'anchor-chain', place, detail: `the anchor of epoch ${at} ${flaw}` }];
      before = anchor;
      at = anchor.payload.size;
    }
    if (before === null || source?.chain !== before.chain || at < settled) return [];
    const spent = await spentBy(before, source.source, question);
    return spent === null ? [] : [{ code: 'anchor-spent', place, detail: spent }];
  } catch (cause) {
    // What the source fails at is no fault of the node.
    if (!(cause instanceof AnchoringError) || source === null) return [alarmOf(place, cause)];
    const code = cause.code === 'CHAIN_UNAVAILABLE' ? 'unreachable' : 'unusable';
    return [{ code, place: source.url, detail: cause.message }];
  }
}

/** The anchor that is shown for an epoch; or what is wrong with it, to complete "the anchor …". */
async function anchorOver(epoch: number, question: ChainQuestion): Promise<SeenAnchor | string> {
  const { anchor } = await question.epochs.epoch(epoch, null);
  if (anchor === null) return 'is not shown';
  const verified = verifiedAnchor(anchor, question.trust);
  const { size, rootHash } = verified.payload;
  if (size <= epoch || size !== anchor.size) return 'does not hold it';
  const last = await seenEpoch(size - 1, question);
  if (last.head.size !== size || !equalBytes(last.head.rootHash, rootHash))
    return 'holds another head than the node shows';
  if (!(await isOneLog(last.head, question))) return 'is not of the epoch log that was followed';
  return { ...verified, chain: anchor.chain, last };
}

/** Null if it is of the chain that it should be of; else completes "the anchor …". */
async function flawOf(
  anchor: SeenAnchor,
  before: SeenAnchor | null,
  { trust, source }: ChainQuestion,
): Promise<string | null> {
  const { chain, chainScript, last } = anchor;
  const { anchorScript } = last.content;
  const script = toHex(chainScript);
  if (anchorScript !== undefined && script !== anchorScript)
    return 'pays another script than the epoch log names';
  const pinned = trust.anchorScripts.filter((pin) => pin.chain === chain);
  if (pinned.length > 0 && !pinned.some((pin) => pin.script === script))
    return 'pays none of the scripts that you pinned: its chain was succeeded, or it is another’s';
  if (before !== null && !isSucceeded(before, anchor)) {
    const broken = brokenLink(before, anchor);
    if (broken !== null) return broken;
  }
  if (source?.chain !== chain) return null;
  return (await hashIfAny(source.source, anchor.height)) === anchor.blockHash
    ? null
    : 'is not in the best chain of your source';
}

/** Both epochs name their chain, and not the same one: the log itself says that another goes on. */
function isSucceeded(before: SeenAnchor, { last }: SeenAnchor): boolean {
  const [one, other] = [before.last.content.anchorScript, last.content.anchorScript];
  return one !== undefined && other !== undefined && one !== other;
}

function brokenLink(before: SeenAnchor, anchor: SeenAnchor): string | null {
  try {
    verifyFollows(before, anchor);
    return null;
  } catch (cause) {
    if (!(cause instanceof BitcoinProofError)) throw cause;
    return `breaks the chain: ${cause.message}`;
  }
}

/** Null if the coin is there, or this log’s own next anchor spent it. */
async function spentBy(
  anchor: SeenAnchor,
  source: ChainSource,
  question: ChainQuestion,
): Promise<string | null> {
  const coin = { txid: anchor.txid, vout: CHAIN_OUTPUT };
  if ((await source.coin(coin)) !== undefined) return null;
  const found = await new SpenderSearch(source).find(coin, anchor.height);
  const what = `the coin of the last anchor, ${anchor.txid}:${CHAIN_OUTPUT},`;
  if (found.kind === 'unfinished')
    return `${what} is spent, in no block of a day after it: the node should have shown an anchor since`;
  if (found.kind === 'none') return `${what} is not there, and no block of your source spends it`;
  if (await isOwn(found.transaction, anchor, question)) return null;
  return `${what} was spent by ${found.spender.txid}, which is no anchor of this log: somebody else has the key`;
}

async function isOwn(
  transaction: Transaction,
  anchor: SeenAnchor,
  question: ChainQuestion,
): Promise<boolean> {
  const link = linkOf(transaction);
  if (link === null || brokenLink(anchor, { ...anchor, ...link }) !== null) return false;
  const { size, rootHash } = link.payload;
  if (size > question.newest.head.size) return false;
  return equalBytes((await seenEpoch(size - 1, question)).head.rootHash, rootHash);
}

function linkOf(transaction: Transaction): AnchorLink | null {
  try {
    return readAnchorLink(transaction);
  } catch (cause) {
    if (cause instanceof BitcoinProofError) return null;
    throw cause;
  }
}
