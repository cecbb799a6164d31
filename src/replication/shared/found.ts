/** A ledger of this node's own becomes a shared one. */
import { hexDigest } from '../../base/hex-digest.js';
import type { Tail } from '../replica/tail.js';
import { copyHere } from './copy-here.js';
import { ownBlock } from './own-block.js';
import type { Founding, SharedLedgerOptions } from './shared-options.js';

/** The whole log goes into the tail, and the entry behind it that names the group. */
export async function found(
  options: SharedLedgerOptions,
  { reader, term, statementAt }: Founding,
  tail: Tail,
): Promise<void> {
  const { clock, keyStore, pinned, random, run, store } = options;
  await copyHere(reader, tail);
  const promised = { ...term, node: hexDigest(term.node) };
  // A crash from here on leaves a promise that nobody was told of.
  await keyStore.putGroupPromise(pinned.origin, { promised, memory: 'whole', run });
  const { place } = tail;
  const own = store.keysName === null ? null : await keyStore.logKeys(store.keysName);
  if (place === null || own === null || tail.view.groups.length > 0) return;
  const { origin } = pinned;
  const parts = { origin, place, random, now: clock.now(), blockKey: store.blockKey };
  const treeHashWith = (block: Uint8Array): Promise<Uint8Array> => tail.treeHashWith(block);
  // A crash from here on leaves a shared ledger that goes on with its group.
  await tail.append(await ownBlock({ ...parts, treeHashWith }, place.keys, own, statementAt));
}
