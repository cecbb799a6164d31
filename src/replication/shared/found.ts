/** A ledger of this node's own becomes a shared one. */
import { hexDigest } from '../../base/hex-digest.js';
import type { GroupPromise } from '../../keys/key-store.js';
import type { WriterTerm } from '../../tlog/election.js';
import type { Tail } from '../replica/tail.js';
import { copyHere } from './copy-here.js';
import { ownBlock } from './own-block.js';
import type { Founding, SharedLedgerOptions } from './shared-options.js';

/** The whole log goes into the tail, and the entry behind it that names the group; nothing, where a group is known already. */
export async function found(
  options: SharedLedgerOptions,
  { reader, term, statementAt }: Founding,
  tail: Tail,
): Promise<void> {
  const { clock, keyStore, pinned, random, run, store } = options;
  const { origin } = pinned;
  const promised = { ...term, node: hexDigest(term.node) };
  if (!mayFound(await keyStore.groupPromise(origin), promised)) return;
  // A crash in it leaves a part of the log there, which is asked for again.
  await copyHere(reader, tail);
  const { place } = tail;
  const own = store.keysName === null ? null : await keyStore.logKeys(store.keysName);
  if (place === null || own === null || tail.view.groups.length > 0) return;
  // A crash from here on leaves a promise that nobody was told of.
  await keyStore.putGroupPromise(origin, { promised, memory: 'whole', run });
  const parts = { origin, place, random, now: clock.now(), blockKey: store.blockKey };
  const treeHashWith = (block: Uint8Array): Promise<Uint8Array> => tail.treeHashWith(block);
  // A crash from here on leaves a shared ledger that goes on with its group.
  await tail.append(await ownBlock({ ...parts, treeHashWith }, place.keys, own, statementAt));
}

/**
 * Whoever has promised anything else knows a group already, even where its log is not here now: what it promised would be
 * forgotten.
 */
function mayFound(known: GroupPromise | null, { node, number }: WriterTerm): boolean {
  const promised = known?.promised ?? null;
  return (
    promised === null ||
    (promised.node === node && promised.number === number && known?.memory === 'whole')
  );
}
