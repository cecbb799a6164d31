/**
 * Follows the epochs of a node for one ledger, from the last that was followed to the newest: each must continue the one
 * before, and what it says of the ledger's logs must follow from what that said. It stops where something is wrong.
 */
import { equalBytes } from '../../../base/bytes.js';
import { stepBetween } from '../../../evidence/misbehaviour/epoch-fork.js';
import { findDivergence } from '../../../evidence/misbehaviour/find-divergence.js';
import { findEpochDivergence } from '../../../evidence/misbehaviour/find-epoch-divergence.js';
import { type LogInEpoch, saidOfLog } from '../../../evidence/misbehaviour/log-in-epoch.js';
import { readSeenEpoch, type SeenEpoch } from '../../../evidence/misbehaviour/seen-epoch.js';
import { CliError } from '../../cli-error.js';
import { type Alarm, alarmOf } from '../alarms.js';
import type { RemoteLog } from '../remote-log.js';
import { signedBy, type VerifiedHead } from '../verified-head.js';
import type { EpochMemory } from './epoch-memory.js';
import type { RemoteEpochs } from './remote-epochs.js';

export interface WalkParts {
  readonly epochs: RemoteEpochs;
  /** Name of the ledger at that node, and its log there. */
  readonly ledger: string;
  readonly remote: RemoteLog;
  /** The epoch log’s largest head that is known to continue all before it. */
  readonly newest: Pick<VerifiedHead, 'head' | 'log' | 'view'>;
  readonly before: EpochMemory | null;
  /** Keeps a proof. @returns where it is. */
  readonly keepProof: (proof: Uint8Array) => Promise<string>;
}

export interface Walked {
  /** The last epoch up to which all was in order; null before the first. */
  readonly memory: EpochMemory | null;
  readonly alarms: readonly Alarm[];
}

/** In one look; the others are followed in the next. Of epochs a minute it is more than half a day. */
export const MAX_EPOCHS_A_LOOK = 1_000;

/** @throws CliError CLI_FILE for a proof that cannot be kept. */
export async function walkEpochs(parts: WalkParts): Promise<Walked> {
  const { newest, before } = parts;
  const last = newest.head.size - 1;
  // What was before the first look is taken as it is found.
  const first = before === null ? last : before.epoch.head.size;
  let memory = before;
  for (let at = first; at <= last && at - first < MAX_EPOCHS_A_LOOK; at++) {
    let step: EpochMemory | Alarm;
    try {
      step = await stepTo(at, memory, parts);
    } catch (cause) {
      return { memory, alarms: [alarmOf(parts.epochs.place, cause)] };
    }
    if ('code' in step) return { memory, alarms: [step] };
    memory = step;
  }
  return { memory, alarms: [] };
}

/** The next epoch, or why it cannot be that. */
async function stepTo(
  at: number,
  before: EpochMemory | null,
  parts: WalkParts,
): Promise<EpochMemory | Alarm> {
  const { epochs, ledger, newest } = parts;
  const { log } = newest;
  const shown = await epochs.epoch(at, null);
  const epoch = readSeenEpoch({ ...shown, checkpoint: signedBy(shown.checkpoint, log) }, log.key);
  if (epoch.content.index !== at)
    throw new CliError('CLI_ANSWER_UNUSABLE', `it shows another epoch for epoch ${at}`);
  const broken = await brokenLog(epoch, before, parts);
  if (broken !== null) return broken;
  const logs = await epochs.logs(ledger, at);
  for (const one of logs) saidOfLog(epoch.content, one);
  for (const earlier of before === null ? [] : before.logs) {
    const wrong = await wrongIn(at, { earlier, logs, epoch, before }, parts);
    if (wrong !== null) return wrong;
  }
  return { key: log.key, epoch, logs };
}

/** Whether the epoch log does not lead from the epoch before to this one, and from this to its newest head. */
async function brokenLog(
  epoch: SeenEpoch,
  before: EpochMemory | null,
  { newest, epochs, keepProof }: WalkParts,
): Promise<Alarm | null> {
  const { log, head, view } = newest;
  const alarm = async (proof: Uint8Array | null, detail: string): Promise<Alarm> =>
    proof === null
      ? { code: 'unproven', place: epochs.place, detail }
      : { code: 'misbehaviour', place: epochs.place, detail, proof: await keepProof(proof) };
  const { index } = epoch.content;
  if (before !== null) {
    const step = stepBetween(before.epoch, epoch, log);
    const detail = `epoch ${index} does not continue the epoch that was followed before it`;
    if (step.kind !== 'continues')
      return alarm(step.kind === 'misbehaviour' ? step.proof : null, detail);
  }
  if (epoch.head.size < head.size || equalBytes(epoch.head.rootHash, head.rootHash)) return null;
  const alone = { checkpoint: epoch.checkpoint, fetchTile: null };
  const found = await findDivergence({ ...view, fetchTile: null }, alone, log);
  const detail = `the epoch log’s key signed two histories (roots), both with epoch ${index} as the last`;
  return alarm(found.kind === 'misbehaviour' ? found.proof : null, detail);
}

interface LogStep {
  readonly earlier: LogInEpoch;
  readonly logs: readonly LogInEpoch[];
  readonly epoch: SeenEpoch;
  readonly before: EpochMemory | null;
}

async function wrongIn(
  at: number,
  { earlier, logs, epoch, before }: LogStep,
  { epochs, remote, newest, keepProof, ledger }: WalkParts,
): Promise<Alarm | null> {
  const { place } = epochs;
  const later = logs.find(({ origin }) => origin === earlier.origin);
  if (before === null) return null;
  if (later === undefined)
    return earlier.taken === null
      ? null
      : { code: 'gone', place, detail: `epoch ${at}: it says nothing of a log of ${ledger}` };
  const found = await findEpochDivergence(
    { epoch: before.epoch, log: earlier },
    { epoch, log: later },
    newest.log,
    {
      epochs: async (from) => (await epochs.epoch(at, from)).consistency,
      consistency: (first, second) => remote.consistency(first, second),
      fetchTile: (tile) => remote.fetchTile(tile),
    },
  );
  if (found.kind === 'consistent') return null;
  const detail = `epoch ${at}, ${ledger}: ${found.why}`;
  if (found.kind === 'unproven') return { code: 'unproven', place, detail };
  return { code: 'misbehaviour', place, detail, proof: await keepProof(found.proof) };
}
