/**
 * A timestamp as a tree that grows: calendars answer with a promise first and with a block later, and what they
 * answer is put where their message stands. Pure; whoever calls has parsed what comes in.
 */
import { equalBytes } from '../../base/bytes.js';
import type { OtsAttestation } from './attestations.js';
import { mergeTimestamps } from './merge-ots-files.js';
import { applyOperation, type OtsOperation } from './operations.js';
import type { OtsTimestamp } from './ots-file.js';

/** A calendar's word that it will know more of a message. */
export interface CalendarPromise {
  /** By which the calendar knows it: the message where the promise stands, not what was sent to it. */
  readonly commitment: Uint8Array;
  readonly uri: string;
  /** Whether a block stands under the same message by now. */
  readonly isKept: boolean;
}

/** @param message that the timestamp is about. */
export function promisesOf(timestamp: OtsTimestamp, message: Uint8Array): CalendarPromise[] {
  const isKept = hasBlock(timestamp);
  const own = timestamp.attestations.flatMap((attestation) =>
    attestation.kind === 'pending' ? [{ commitment: message, uri: attestation.uri, isKept }] : [],
  );
  const below = timestamp.branches.flatMap(({ operation, timestamp: next }) =>
    promisesOf(next, applyOperation(operation, message)),
  );
  return [...own, ...below];
}

/** Whether any path of it ends in a block that is said to be Bitcoin's. */
export function hasBlock({ attestations, branches }: OtsTimestamp): boolean {
  return (
    attestations.some(({ kind }) => kind === 'bitcoin') ||
    branches.some(({ timestamp }) => hasBlock(timestamp))
  );
}

/**
 * The same with what is known of one of its messages put there.
 *
 * @param message that the timestamp is about.
 * @param at a message of it; where none is, nothing changes.
 */
export function grownAt(
  timestamp: OtsTimestamp,
  message: Uint8Array,
  at: Uint8Array,
  addition: OtsTimestamp,
): OtsTimestamp {
  const branches = timestamp.branches.map(({ operation, timestamp: below }) => ({
    operation,
    timestamp: grownAt(below, applyOperation(operation, message), at, addition),
  }));
  const grown = { ...timestamp, branches };
  return equalBytes(message, at) ? mergeTimestamps(grown, addition) : grown;
}

/**
 * What of it leads to an attestation that is kept, within so many operations; null if nothing does.
 *
 * @param kept which attestations of one message are kept; of none where it gives none.
 */
export function partOf(
  { attestations, branches }: OtsTimestamp,
  maxDepth: number,
  kept: (attestations: readonly OtsAttestation[]) => readonly OtsAttestation[],
): OtsTimestamp | null {
  const own = kept(attestations);
  const below = (maxDepth === 0 ? [] : branches).flatMap(({ operation, timestamp }) => {
    const part = partOf(timestamp, maxDepth - 1, kept);
    return part === null ? [] : [{ operation, timestamp: part }];
  });
  return own.length + below.length === 0 ? null : { attestations: own, branches: below };
}

/** Blocks, without promises and what nobody knows. A mark of a development chain stays beside the block that it is of. */
export function blocksOf(attestations: readonly OtsAttestation[]): readonly OtsAttestation[] {
  return attestations.some(({ kind }) => kind === 'bitcoin')
    ? attestations.filter(({ kind }) => kind === 'bitcoin' || kind === 'development')
    : [];
}

/** What is known of a message, out of what is known of the result of these steps. */
export function underSteps(steps: readonly OtsOperation[], known: OtsTimestamp): OtsTimestamp {
  return steps.reduceRight<OtsTimestamp>(
    (timestamp, operation) => ({ attestations: [], branches: [{ operation, timestamp }] }),
    known,
  );
}

/** Of all nodes: what bounds the work that it makes. */
export function operationsIn({ branches }: OtsTimestamp): number {
  return branches.reduce((sum, { timestamp }) => sum + 1 + operationsIn(timestamp), 0);
}
