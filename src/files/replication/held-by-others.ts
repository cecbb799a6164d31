/** Content on the disks of others before an entry refers to it: how long a put waits for that. */
import type { Ledger } from '../../ledger/ledger.js';
import { FilesError } from '../files-error.js';
import { encodeReferences, sizeOf } from '../references.js';
import type { ContentPlace } from '../stored-content.js';
import type { ContentPeers, ReplicaTimers } from './content-peers.js';

export interface HeldByOthersParts {
  readonly peers: Pick<ContentPeers, 'given' | 'holdAtQuorum'>;
  readonly timers: ReplicaTimers;
  /** How long it waits while nothing goes to anybody. */
  readonly quorumMillis: number;
  readonly stopping: AbortSignal;
}

/** 1 MiB a second. */
const SLOW_BYTES_A_MILLI = 2 ** 20 / 1_000;

/**
 * Resolves when enough of those who keep the drive have the content on disk; at once where nobody else does.
 * @throws FilesError FILES_QUORUM.
 */
export async function heldByOthers(
  parts: HeldByOthersParts,
  ledger: Ledger,
  place: ContentPlace,
): Promise<void> {
  // Whoever does not write it is refused when it appends.
  if ('inline' in place || place.refs.length === 0 || !ledger.isShared || !ledger.isWritable)
    return;
  const late = new AbortController();
  const cancel = abortWhenLate(late, parts, sizeOf(place.refs));
  const signal = AbortSignal.any([late.signal, parts.stopping]);
  try {
    await parts.peers.holdAtQuorum(ledger.reader.origin, encodeReferences(place.refs), signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new FilesError(
      'FILES_QUORUM',
      'too few of the nodes that keep the drive have its content in time: nothing was put; once they are linked, send it again',
      { cause },
    );
  } finally {
    cancel();
  }
}

/** Where nothing goes to anybody any more, or it takes longer than a slow line would. @returns what calls it off. */
function abortWhenLate(
  late: AbortController,
  { peers, quorumMillis, timers }: HeldByOthersParts,
  bytes: number,
): () => void {
  const end = timers.now() + quorumMillis + bytes / SLOW_BYTES_A_MILLI;
  let given = peers.given;
  const look = (): void => {
    if (peers.given === given || timers.now() >= end) {
      late.abort();
      return;
    }
    given = peers.given;
    cancel = timers.after(quorumMillis, look);
  };
  let cancel = timers.after(quorumMillis, look);
  return () => {
    cancel();
  };
}
