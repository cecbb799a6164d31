/** How a chain of anchors stands with money and life: what an operator watches, and what alarms. */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { DAY_MILLIS } from '../base/time.js';
import type { Txid } from '../evidence/bitcoin/hash256.js';
import type { AnchorBook, ChainEnd, EndedChain } from './anchor-book.js';
import type { AnchorFees, Starved } from './anchor-decision.js';
import { runwayDays } from './anchor-fee.js';
import type { AnchorKeyKind, AnchorSigner } from './anchor-signer.js';
import { paidThisMonth } from './anchor-spending.js';
import { anchorVirtualSize } from './anchor-transaction.js';
import { unsignedAnchors } from './anchor-wallet.js';
import { formatOutpoint } from './outpoint-text.js';

export interface AnchorReport {
  /** In satoshi, of the tip and the coins that wait to be paid in; null before the chain has a coin. */
  readonly balance: bigint | null;
  /** Satoshi per virtual byte at the last look; null before the first. */
  readonly rate: number | null;
  readonly paidThisMonth: bigint;
  readonly monthlyBudget: bigint | null;
  readonly paidInAll: bigint;
  /** How long the balance lasts at that rate and rhythm; null where one is not known or has no limit. */
  readonly runwayDays: number | null;
  readonly starved: Starved | null;
  /** Why nothing is anchored any more: its coin was spent by a stranger, or its key is another. */
  readonly closed: ClosedChain | null;
  /** All that have ended, oldest first: those that others took the place of, and the one that is closed. */
  readonly ended: readonly EndedChainReport[];
  /** Anchors that were final and that a reorganisation has taken out of the chain. */
  readonly takenBack: number;
  readonly lastSettledAt: UnixMillis | null;
  readonly signing: SigningReport;
  readonly alarms: readonly AnchorAlarm[];
}

export interface SigningReport {
  readonly key: AnchorKeyKind;
  /** Code of what keeps the key from signing; null where nothing does. */
  readonly failure: string | null;
  /** Null where no signature is waited for. */
  readonly waiting: WaitingSignature | null;
}

/** The newest anchor that was handed out to be signed. */
export interface WaitingSignature {
  readonly txid: Txid;
  readonly epochSize: TreeSize;
  /** In satoshi. */
  readonly fee: bigint;
  /** When the oldest was handed out that still would do. */
  readonly since: UnixMillis;
}

export type ClosedChain =
  | {
      readonly reason: 'spent';
      readonly txid: string;
      readonly height: number;
      readonly at: UnixMillis;
    }
  | { readonly reason: 'key' };

/** How a chain was left: its coin is spent by nobody of ours any more. */
export interface EndedChainReport {
  /** The coin that it ended at, `<txid>:<output>`, and its satoshi. */
  readonly last: string;
  readonly value: bigint;
  readonly closed: ClosedChain;
  /** Whether another chain goes on for it. */
  readonly isSucceeded: boolean;
}

export const ANCHOR_ALARMS = [
  'closed',
  'key-unusable',
  'unsigned',
  'starved',
  'overdue',
  'runway-7-days',
  'runway-30-days',
  'reorganised',
] as const;
export type AnchorAlarm = (typeof ANCHOR_ALARMS)[number];

/** One line each, for people. */
export const ANCHOR_ALARM_TEXTS: Readonly<Record<AnchorAlarm, string>> = {
  closed: 'the chain of anchors has ended: its coin was spent by others, or its key is lost',
  'key-unusable': 'anchors wait: their key cannot sign now, or its token is away or refuses',
  unsigned: 'an anchor has waited too long for its signature',
  starved: 'anchors wait: their fee is above its limit, or the chain has too little left',
  overdue:
    'no anchor has become final for a day: its source of blocks lags behind, or its fee is too low',
  'runway-7-days': 'the chain of anchors has funds for less than 7 days',
  'runway-30-days': 'the chain of anchors has funds for less than 30 days',
  reorganised: 'anchors that were final have left the chain, and wait to be mined again',
};

export interface ReportParts {
  readonly book: AnchorBook;
  readonly fees: AnchorFees;
  readonly signer: Pick<AnchorSigner, 'kind' | 'failure'>;
  /** A signature that is waited for longer is an alarm. */
  readonly signatureMillis: number;
  readonly isKeyAnother: boolean;
  readonly rate: number | null;
  readonly starved: Starved | null;
  readonly lastSettledAt: UnixMillis | null;
  /** Since when this process has seen the coin at the end of the chain wait to be spent for good; null where nothing spends it. */
  readonly underWaySince: UnixMillis | null;
  readonly now: UnixMillis;
}

const SOON_DAYS = 7;
const LATER_DAYS = 30;

export function reportOf(parts: ReportParts): AnchorReport {
  const { book, fees, rate, starved, lastSettledAt, now } = parts;
  const { chain, spending } = book;
  const closed = closedOf(parts);
  const balance =
    chain === null || closed !== null
      ? null
      : chain.topUps.reduce((sum, { value }) => sum + value, chain.tip.value);
  const days = daysOf(balance, rate, fees);
  const signing = signingOf(parts, closed);
  const takenBack = chain?.above.length ?? 0;
  return {
    balance,
    rate,
    paidThisMonth: paidThisMonth(spending, now),
    monthlyBudget: fees.monthlyBudget,
    paidInAll: spending.total,
    runwayDays: days,
    starved: closed === null ? starved : null,
    closed,
    ended: endedOf(book, closed),
    takenBack,
    lastSettledAt,
    signing,
    alarms: ANCHOR_ALARMS.filter((alarm) => {
      if (alarm === 'closed') return closed !== null;
      if (alarm === 'key-unusable') return closed === null && signing.failure !== null;
      if (alarm === 'unsigned')
        return signing.waiting !== null && now - signing.waiting.since >= parts.signatureMillis;
      if (alarm === 'starved') return closed === null && starved !== null;
      if (alarm === 'reorganised') return takenBack > 0;
      if (alarm === 'overdue')
        return closed === null && signing.waiting === null && starved === null && isOverdue(parts);
      if (days === null) return false;
      const isSoon = days < SOON_DAYS;
      return alarm === 'runway-7-days' ? isSoon : !isSoon && days < LATER_DAYS;
    }),
  };
}

/**
 * Whether an anchor has been on its way for longer than blocks take. A source that lags behind answers as if all were
 * well: only this tells.
 */
function isOverdue({ underWaySince, fees, now }: ReportParts): boolean {
  return underWaySince !== null && now - underWaySince > fees.intervalMillis + DAY_MILLIS;
}

function signingOf(
  { book: { chain }, signer: { kind: key, failure } }: ReportParts,
  closed: ClosedChain | null,
): SigningReport {
  const unsigned = chain === null || closed !== null ? [] : unsignedAnchors(chain);
  const since = unsigned[0]?.askedAt ?? null;
  const newest = unsigned.at(-1);
  if (newest === undefined || since === null) return { key, failure, waiting: null };
  const { txid, fee, payload } = newest;
  return { key, failure, waiting: { txid, epochSize: payload.size, fee, since } };
}

function closedOf({ book: { chain }, isKeyAnother }: ReportParts): ClosedChain | null {
  const end = chain?.end ?? null;
  return end !== null || isKeyAnother ? closedBy(end) : null;
}

function endedOf(
  { ended, chain }: AnchorBook,
  closed: ClosedChain | null,
): readonly EndedChainReport[] {
  const reportAs = (
    { tip }: Pick<EndedChain, 'tip'>,
    why: ClosedChain,
    isSucceeded: boolean,
  ): EndedChainReport => ({
    last: formatOutpoint(tip.outpoint),
    value: tip.value,
    closed: why,
    isSucceeded,
  });
  return [
    ...ended.map((one) => reportAs(one, closedBy(one.end), true)),
    ...(chain === null || closed === null ? [] : [reportAs(chain, closed, false)]),
  ];
}

function closedBy(end: ChainEnd | null): ClosedChain {
  return end === null ? { reason: 'key' } : { reason: 'spent', ...end };
}

function daysOf(
  balance: bigint | null,
  rate: number | null,
  { intervalMillis }: AnchorFees,
): number | null {
  if (balance === null || rate === null || intervalMillis === 0) return null;
  return runwayDays(balance, rate, anchorVirtualSize(1), DAY_MILLIS / intervalMillis);
}
