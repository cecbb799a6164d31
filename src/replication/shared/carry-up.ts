/** What is shown goes up into the store, block by block, over changes of keys: as far as it is on this node's disk. */
import type { KeysEnd, LogKeys } from '../../ledger/log-reader.js';
import type { SharedLog } from '../../ledger/shared-log.js';
import type { Tail } from '../replica/tail.js';

export interface CarryParts {
  readonly store: Pick<SharedLog, 'changeKeys' | 'head' | 'ingest' | 'keys'>;
  readonly tail: Pick<Tail, 'block' | 'headAt' | 'keep' | 'place' | 'view'>;
  /** Number of blocks that are shown. */
  readonly shown: () => number;
  /** Name in the key store of the last of these keys, if they are this node's. */
  readonly keysName: (keys: readonly LogKeys[]) => string | null;
  /** Commits the block that ends there, if this node made it in this run; whether it did. */
  readonly commitOwn: (length: number) => Promise<boolean>;
}

/** Blocks that are taken up at a time. */
const AT_ONCE = 256;

/** @throws LedgerError as `SharedLog.ingest` and `changeKeys`: nothing more may be claimed. */
export async function carryUp(parts: CarryParts): Promise<void> {
  const { store, tail } = parts;
  while (await carrySome(parts));
  await tail.keep(store.head.length);
}

async function carrySome({
  store,
  tail,
  shown,
  keysName,
  commitOwn,
}: CarryParts): Promise<boolean> {
  const from = store.head.length;
  const limit = Math.min(shown(), tail.view.end.length);
  const { place } = tail;
  if (place === null || from >= limit) return false;
  const count = store.keys.length;
  const ended = place.keys[count - 1]?.ended ?? null;
  if (ended?.length === from) {
    // The log goes on in another Hypercore with the next block, which says so.
    const keys = place.keys.slice(0, count + 1);
    const last = keys[count];
    if (last === undefined) return false;
    const upTo = [...keys.slice(0, count), { ...last, ended: null }];
    await store.changeKeys(upTo, keysName(upTo));
    return true;
  }
  if (await commitOwn(from + 1)) return true;
  const end = endWithin(ended, limit) ?? headWithin(tail, from, limit);
  if (end === null) return false;
  const to = Math.min(end.length, from + AT_ONCE);
  const blocks = await Promise.all(
    Array.from({ length: to - from }, (_, at) => tail.block(from + at)),
  );
  await store.ingest(blocks, to === end.length ? end.proof : null);
  return true;
}

interface End {
  readonly length: number;
  /** What the blocks make there: where keys ended, or a signed head. */
  readonly proof: KeysEnd | string;
}

function endWithin(ended: KeysEnd | null, limit: number): End | null {
  return ended === null || ended.length > limit ? null : { length: ended.length, proof: ended };
}

function headWithin(tail: CarryParts['tail'], from: number, limit: number): End | null {
  const head = tail.headAt(limit);
  return head === null || head.binding.length <= from
    ? null
    : { length: head.binding.length, proof: head.note };
}
