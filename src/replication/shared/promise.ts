/** What a member remembers of what it once said, as it starts. */
import type { GroupPromise, KeyStore } from '../../keys/key-store.js';
import type { Remembered } from '../protocol/member-state.js';
import { NO_TERM, type NodeId } from '../protocol/term.js';
import type { Tail } from '../replica/tail.js';

type Keys = Pick<KeyStore, 'groupPromise' | 'putGroupPromise'>;

/**
 * A node that has promised something and has none of its log, or an older copy of its data, has forgotten what it gave
 * receipts for.
 *
 * @param run of this node, as `Mark.run` counts.
 */
export function recall(
  keyStore: Keys,
  origin: string,
  run: number,
  tail: Pick<Tail, 'isWhole' | 'view'>,
): Promise<Remembered> {
  const isEmpty = tail.view.end.length === 0;
  return recalled(
    keyStore,
    origin,
    run,
    (promise) => !tail.isWhole || (promise === null ? !isEmpty : hasPromised(promise) && isEmpty),
  );
}

/** Of a member without data. @param known null where it has no record of the log; else blocks that it knows of. */
export function recallVotes(
  keyStore: Keys,
  origin: string,
  run: number,
  known: number | null,
): Promise<Remembered> {
  return recalled(keyStore, origin, run, (promise) =>
    promise === null ? (known ?? 0) > 0 : hasPromised(promise) && known === null,
  );
}

async function recalled(
  keyStore: Keys,
  origin: string,
  run: number,
  isMissing: (promise: GroupPromise | null) => boolean,
): Promise<Remembered> {
  const promise = await keyStore.groupPromise(origin);
  const isOlder = promise !== null && (promise.memory === 'behind' || promise.run > run);
  const memory = isOlder || isMissing(promise) ? 'behind' : 'whole';
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

function hasPromised({ promised }: GroupPromise): boolean {
  return promised !== null;
}
