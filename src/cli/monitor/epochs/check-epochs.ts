/**
 * One check with `--epochs`, in four steps: the node's epoch log is checked as any log is (check-log.ts); each new epoch is
 * read for what it commits to of the ledger (walk-epochs.ts); the ledger itself is checked; and its head is compared with
 * the newest epoch's, and that one with the chain. What is remembered is on disk before anything is printed of it.
 */
import type { OpenedSource } from '../../chosen-source.js';
import type { Alarm } from '../alarms.js';
import { alarmOf } from '../alarms.js';
import { checkLog } from '../check-log.js';
import { stateOf } from '../monitor-state.js';
import type { MonitorParts, Round } from '../round.js';
import { headOf } from '../verified-head.js';
import { chainAlarms } from './anchor-chain.js';
import { anchorAlarms } from './epoch-anchor.js';
import { epochLogOf } from './epoch-log.js';
import type { EpochMemory } from './epoch-memory.js';
import { heldAgainstEpoch } from './ledger-in-epoch.js';
import type { RemoteEpochs } from './remote-epochs.js';
import { type Walked, walkEpochs } from './walk-epochs.js';

export interface EpochParts {
  /** Of the places of the ledger, in their order. */
  readonly places: readonly [RemoteEpochs, ...RemoteEpochs[]];
  /** Its name at those. */
  readonly ledger: string;
  /** How old an epoch, or an entry, may be that no final anchor holds; null for any age. */
  readonly anchoredWithinMillis: number | null;
  /** Of the chain that anchors are looked up in; null to ask nobody. */
  readonly source: OpenedSource | null;
}

/** @throws as `checkLog`. */
export async function checkEpochs(parts: MonitorParts, epochs: EpochParts): Promise<Round> {
  const [own, theirs] = await savedOf(parts, epochs.places[0]);
  const [first, ...others] = epochs.places.map(epochLogOf);
  if (first === undefined) return checkLog(parts);
  // Where nothing changes no epoch is made: how long that may be, `anchoredWithinMillis` says.
  const epochRound = await checkLog({
    ...parts,
    places: [first, ...others],
    saved: own,
    evidence: [],
    staleMillis: null,
  });
  const walked = await walk(parts, epochs, epochRound);
  const round = await checkLog({ ...parts, saved: theirs });
  const more = await afterBoth(parts, epochs, { epochRound, walked, round });
  await remember(parts, walked.memory);
  const { head, change } = epochRound;
  return {
    ...round,
    epochs: head && { head, change, followed: walked.memory?.epoch.content.index ?? null },
    handovers: [...epochRound.handovers, ...round.handovers],
    alarms: [...epochRound.alarms, ...walked.alarms, ...round.alarms, ...more],
  };
}

/** Heads of the epoch log, and those of the ledger. */
async function savedOf(
  { saved }: MonitorParts,
  epochs: RemoteEpochs,
): Promise<[MonitorParts['saved'], MonitorParts['saved']]> {
  if (saved.length === 0) return [[], []];
  const origin = await originOf(epochs);
  const isOwn = ({ checkpoint }: MonitorParts['saved'][number]): boolean =>
    checkpoint.slice(0, checkpoint.indexOf('\n')) === origin;
  return [saved.filter(isOwn), saved.filter((one) => !isOwn(one))];
}

/** Null if the node does not say: looking at it says why. */
async function originOf(epochs: RemoteEpochs): Promise<string | null> {
  try {
    return (await epochs.status()).origin;
  } catch (cause) {
    alarmOf(epochs.place, cause);
    return null;
  }
}

async function walk(
  { places, store }: MonitorParts,
  { places: [epochs], ledger }: EpochParts,
  { head, alarms }: Round,
): Promise<Walked> {
  const states = await store.read();
  const before = stateOf(places[0].place, states)?.epochs ?? null;
  const state = head === null ? undefined : states.find(({ key }) => key.name === head.origin);
  // Nothing follows from a log with two histories, or from one that cannot be reached.
  if (state === undefined || head === null || alarms.length > 0)
    return { memory: before, alarms: [] };
  const { checkpoint, key, recovery } = state;
  const log = { key, ...(recovery !== undefined && { recovery }) };
  return walkEpochs({
    epochs,
    ledger,
    remote: places[0],
    newest: { head: headOf(checkpoint), log, view: { checkpoint, fetchTile: null } },
    before,
    keepProof: (proof) => store.keepProof(key, proof),
  });
}

interface Looks {
  readonly epochRound: Round;
  readonly walked: Walked;
  readonly round: Round;
}

async function afterBoth(
  parts: MonitorParts,
  epochs: EpochParts,
  { epochRound, walked, round }: Looks,
): Promise<Alarm[]> {
  const { memory, alarms } = walked;
  if (memory === null || alarms.length + epochRound.alarms.length > 0 || round.head === null)
    return [];
  const remote = parts.places[0];
  const held = await heldAgainstEpoch({ head: round.head, remote, memory });
  const { epoch, key } = memory;
  const states = await parts.store.read();
  const state = stateOf(remote.place, states);
  const newest = { head: epoch.head, log: { key } };
  const { trust } = parts;
  const question = { epochs: epochs.places[0], newest, trust };
  const isFollowed = epochs.source !== null || trust.anchorScripts.length > 0;
  const { source } = epochs;
  const after = state?.epochs?.epoch.content.index ?? 0;
  const chain = isFollowed ? await chainAlarms({ ...question, after, source }) : [];
  const within = epochs.anchoredWithinMillis;
  if (within === null) return [...held.alarms, ...chain];
  const grownAt = state?.grownAt ?? round.at;
  const waiting: Alarm[] =
    held.isAhead && round.at - grownAt > within
      ? [{ code: 'unanchored', place: remote.place, detail: 'no epoch takes its newest entries' }]
      : [];
  const anchors = await anchorAlarms({ ...question, now: round.at, withinMillis: within });
  return [...held.alarms, ...chain, ...waiting, ...anchors];
}

/** Beside what is remembered of the ledger; a crash before it leaves an epoch to be followed again. */
async function remember(
  { places, store }: MonitorParts,
  memory: EpochMemory | null,
): Promise<void> {
  const state = stateOf(places[0].place, await store.read());
  if (
    state === null ||
    memory === null ||
    state.epochs?.epoch.content.index === memory.epoch.content.index
  )
    return;
  await store.write({ ...state, epochs: memory });
}
