/**
 * How the keys that are known of a log and those that somebody announces stand to each other. A group that chooses another
 * writer gives the log other keys, and may do so from an earlier place than others have come to.
 */
import type { KeysEnd, LogKeys } from '../../ledger/log-reader.js';
import { compareTerms, NO_TERM, type NodeId, type Term } from '../protocol/term.js';

export type KeyOrder =
  /** The same, or what was known of the log before. */
  | 'older'
  /** They go on from those that are known. */
  | 'newer'
  /** A group has chosen another writer since, in a later term: what its old one says has come late. */
  | 'late'
  /** Another writer was chosen in a later term than the one that is followed here. */
  | 'apart'
  /** The log was handed over to two keys, and nobody was elected. */
  | 'contradicting';

export function orderOfKeys(known: readonly LogKeys[], announced: readonly LogKeys[]): KeyOrder {
  if (goesOnFrom(announced, known)) return 'older';
  if (goesOnFrom(known, announced)) return 'newer';
  const at = known.findIndex((_, one) => !isSameStart(known, announced, one + 1));
  // The same keys that ended in two ways, or other keys after the same end: each says who elected those after it.
  const isElected = (keys: readonly LogKeys[]): boolean =>
    (electedIn(keys[at]?.ended) ?? electedIn(keys[at - 1]?.ended)) !== null;
  if (!isElected(known) || !isElected(announced)) return 'contradicting';
  // By the newest, as logs are weighed: who was elected later may have gone on from the older of two ends.
  return compareTerms(newestTerm(announced), newestTerm(known)) <= 0 ? 'late' : 'apart';
}

function newestTerm(keys: readonly LogKeys[]): Term {
  return keys.flatMap(({ ended }) => electedIn(ended) ?? []).at(-1) ?? NO_TERM;
}

/** Whether keys are those of the same log, at that time or later. */
export function goesOnFrom(before: readonly LogKeys[], keys: readonly LogKeys[]): boolean {
  return before.every((one, at) => isOrBecame(one, keys[at]));
}

export function areSameKeys(one: readonly LogKeys[], other: readonly LogKeys[]): boolean {
  return goesOnFrom(one, other) && goesOnFrom(other, one);
}

/** Whether the first so many of both are the same; of the last of them it counts where it ended, too. */
export function isSameStart(
  one: readonly LogKeys[],
  other: readonly LogKeys[],
  count: number,
): boolean {
  return goesOnFrom(one.slice(0, count), other) && goesOnFrom(other.slice(0, count), one);
}

/** As they were when the log had so many blocks. */
export function keysAt(keys: readonly LogKeys[], length: number): readonly LogKeys[] {
  const beginning = keys.filter((_, at) => at === 0 || (keys[at - 1]?.ended?.length ?? 0) < length);
  return beginning.map((one, at) => (at === beginning.length - 1 ? { ...one, ended: null } : one));
}

/** The term that the keys after these were given in; null if nobody was elected. */
export function electedIn(ended: KeysEnd | null | undefined): Term | null {
  const election = ended?.election;
  return election === undefined
    ? null
    : { node: election.node as string as NodeId, number: election.number };
}

function isOrBecame(one: LogKeys, other: LogKeys | undefined): boolean {
  const isSame =
    one.corePublicKey === other?.corePublicKey && one.verifierKey === other.verifierKey;
  return isSame && (one.ended === null || isSameEnd(one.ended, other.ended));
}

/** Who has signed it aside: of one election there may be more votes than anybody needs. */
function isSameEnd(one: KeysEnd, other: KeysEnd | null): boolean {
  return (
    one.length === other?.length &&
    one.size === other.size &&
    one.treeHash === other.treeHash &&
    one.rootHash === other.rootHash &&
    one.election?.node === other.election?.node &&
    one.election?.number === other.election?.number
  );
}
