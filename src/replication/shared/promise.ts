/** What a member remembers of what it once said, as it starts. */
import type { KeyStore } from '../../keys/key-store.js';
import type { Remembered } from '../protocol/member-state.js';
import { NO_TERM, type NodeId } from '../protocol/term.js';
import type { Tail } from '../replica/tail.js';

/**
 * A node that has promised something and has none of its log, or an older copy of its data, has forgotten what it gave
 * receipts for.
 *
 * @param run of this node, as `Mark.run` counts.
 */
export async function recall(
  keyStore: Pick<KeyStore, 'groupPromise' | 'putGroupPromise'>,
  origin: string,
  run: number,
  tail: Pick<Tail, 'isWhole' | 'view'>,
): Promise<Remembered> {
  const promise = await keyStore.groupPromise(origin);
  const isEmpty = tail.view.end.length === 0;
  const hasForgotten =
    !tail.isWhole ||
    (promise === null ? !isEmpty : promise.memory === 'behind' || promise.run > run) ||
    ((promise?.promised ?? null) !== null && isEmpty);
  const memory = hasForgotten ? 'behind' : 'whole';
  const promised = promise?.promised ?? null;
  // Before anybody is answered: a crash after it leaves what is true.
  await keyStore.putGroupPromise(origin, { promised, memory, run });
  return {
    memory,
    promised:
      promised === null
        ? NO_TERM
        : { number: promised.number, node: promised.node as string as NodeId },
  };
}
