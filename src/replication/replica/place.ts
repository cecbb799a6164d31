/** Where what was announced stands to what is here of the log. */
import type { LogKeys } from '../../ledger/log-reader.js';
import type { Announced } from './announced.js';
import { keysAt, orderOfKeys } from './key-order.js';
import { ReplicaError } from './replica-error.js';

export type Place =
  /** On the log that is here, or behind it. */
  | 'on'
  /** In place of keys that are in use and that nothing was stored of. */
  | 'instead'
  /** On a log that a group has left since. */
  | 'late';

/**
 * @param known keys that are in use. @param length of what is stored.
 * @throws ReplicaError REPLICA_KEYS_UNVERIFIED where the log was handed over twice; REPLICA_DIVERGED where a group went on from an
 * earlier place than what is here.
 */
export function placeOf(announced: Announced, known: readonly LogKeys[], length: number): Place {
  const { keys } = announced;
  switch (orderOfKeys(known, keys)) {
    case 'older':
      return isBehindItsEnd(announced, known) ? 'late' : 'on';
    case 'late':
      return 'late';
    case 'newer':
      return goesOnAt(length, known, keys);
    case 'contradicting':
      throw new ReplicaError(
        'REPLICA_KEYS_UNVERIFIED',
        'the log was handed over in another way before',
      );
    case 'apart': {
      const stored = keysAt(known, length);
      if (orderOfKeys(stored, keys) !== 'newer') throw diverged();
      goesOnAt(length, stored, keys);
      return 'instead';
    }
  }
}

/** Whether it is what an old writer signed behind the end of its term, which is no part of the log. @param known as above. */
export function isBehindItsEnd({ by, head }: Announced, known: readonly LogKeys[]): boolean {
  const ended = known[by]?.ended ?? null;
  return ended !== null && head.size > ended.size;
}

function goesOnAt(length: number, known: readonly LogKeys[], keys: readonly LogKeys[]): 'on' {
  const ended = keys[known.length - 1]?.ended ?? null;
  if (ended !== null && ended.length < length) throw diverged();
  return 'on';
}

function diverged(): ReplicaError {
  return new ReplicaError(
    'REPLICA_DIVERGED',
    'a group has chosen a writer whose log does not go on from the one here',
  );
}
