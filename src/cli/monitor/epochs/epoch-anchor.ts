/**
 * Whether epochs reach the chain in time. The newest final anchor must hold, under a root that the epoch log has gone on
 * from; what it does not cover must not be older than it was to be. An operator who withholds anchors is seen by this alone.
 */
import type { UnixMillis } from '../../../base/brand.js';
import { equalBytes } from '../../../base/bytes.js';
import { formatInstant } from '../../../base/time.js';
import { parseAnchorProof } from '../../../evidence/bitcoin/anchor-proof-json.js';
import { type VerifiedAnchor, verifyAnchorProof } from '../../../evidence/bitcoin/anchor-proof.js';
import { HEADER_BYTES } from '../../../evidence/bitcoin/block-header.js';
import { CHAINS } from '../../../evidence/chains.js';
import { readSeenEpoch, type SeenEpoch } from '../../../evidence/misbehaviour/seen-epoch.js';
import type { Trust } from '../../../evidence/trust.js';
import { verifyConsistency } from '../../../tlog/consistency-proof.js';
import { type Alarm, alarmOf } from '../alarms.js';
import { signedBy, type VerifiedHead } from '../verified-head.js';
import type { EpochAnswer, RemoteEpochs } from './remote-epochs.js';

export interface AnchorQuestion {
  readonly epochs: RemoteEpochs;
  readonly newest: Pick<VerifiedHead, 'head' | 'log'>;
  readonly trust: Trust;
  readonly now: UnixMillis;
  /** How old an epoch may be that no final anchor holds. */
  readonly withinMillis: number;
}

type EpochQuestion = Pick<AnchorQuestion, 'epochs' | 'newest'>;

/** How far the operator’s clock may be before ours. */
const TOLERANCE_MILLIS = 5 * 60_000;

export async function anchorAlarms(question: AnchorQuestion): Promise<Alarm[]> {
  const { epochs, newest, now, withinMillis } = question;
  const { place } = epochs;
  const alarm = (detail: string): Alarm[] => [{ code: 'unanchored', place, detail }];
  try {
    const { settledSize: settled } = await epochs.status();
    const flaw = settled > 1 ? await flawOf(settled, question) : null;
    if (flaw !== null) return alarm(`the anchor of ${settled} entries of the epoch log ${flaw}`);
    if (settled >= newest.head.size) return [];
    const oldest = Math.max(settled, 1);
    const { recordedAt } = (await seenEpoch(oldest, question)).content;
    // Who dates epochs ahead would be given the more time.
    if (recordedAt > now + TOLERANCE_MILLIS)
      return alarm(`epoch ${oldest} is dated ahead, ${formatInstant(recordedAt)}`);
    const age = now - recordedAt;
    return age <= withinMillis
      ? []
      : alarm(`no final anchor holds epoch ${oldest}, of ${formatInstant(recordedAt)}`);
  } catch (cause) {
    return [alarmOf(place, cause)];
  }
}

/** Completes "the anchor …"; null if it holds, of an epoch log that has gone on from there. */
async function flawOf(settled: number, question: AnchorQuestion): Promise<string | null> {
  const { epochs, newest, trust } = question;
  const shown = await epochs.epoch(settled - 1, null);
  const { head } = readSeenEpoch(signed(shown, question), newest.log.key);
  if (head.size !== settled) return 'is shown for another epoch';
  if (shown.anchor?.size !== settled) return 'is not shown';
  const { payload, attribution, development } = verifiedAnchor(shown.anchor, trust);
  if (development && attribution !== 'pinned')
    return 'stands in a chain whose blocks cost nothing, and in none that you pinned';
  if (payload.size !== settled || !equalBytes(payload.rootHash, head.rootHash))
    return 'holds another head than the node shows: the chain and the node were told two histories';
  return (await isOneLog(head, question)) ? null : 'is not of the epoch log that was followed';
}

/** Whether the larger of the two heads, which may be either, continues the smaller. */
export async function isOneLog(
  settled: VerifiedHead['head'],
  { epochs, newest: { head } }: EpochQuestion,
): Promise<boolean> {
  const [one, other] = settled.size <= head.size ? [settled, head] : [head, settled];
  const [from, to] = [one.size, other.size];
  const proof = from === to ? [] : (await epochs.epoch(to - 1, from)).consistency;
  const roots = { fromRoot: one.rootHash, toRoot: other.rootHash };
  return proof !== null && verifyConsistency({ from, to, ...roots, proof });
}

/** As evidence is judged: on a chain of no cost only what a pinned block builds on counts. */
export function verifiedAnchor(
  { chain, transaction }: NonNullable<EpochAnswer['anchor']>,
  trust: Trust,
): VerifiedAnchor {
  const proof = parseAnchorProof(transaction);
  const { network, confirmations: requiredConfirmations } = CHAINS[chain];
  const pinnedHeaders = trust.blocks.filter((block) => block.chain === chain);
  const anchor = verifyAnchorProof(proof, { network, requiredConfirmations, pinnedHeaders });
  if (!network.development) return anchor;
  const last = proof.headersFrom + proof.headers.length / HEADER_BYTES - 1;
  const isBuiltOn = pinnedHeaders.some(({ height }) => height === last);
  return { ...anchor, attribution: isBuiltOn ? 'pinned' : 'self-asserted' };
}

/** @throws MisbehaviourError and others for what is not signed, or in no tree. */
export async function seenEpoch(epoch: number, question: EpochQuestion): Promise<SeenEpoch> {
  const shown = await question.epochs.epoch(epoch, null);
  return readSeenEpoch(signed(shown, question), question.newest.log.key);
}

function signed(shown: EpochAnswer, { newest }: EpochQuestion): EpochAnswer {
  return { ...shown, checkpoint: signedBy(shown.checkpoint, newest.log) };
}
