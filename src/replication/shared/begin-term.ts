/** The block that begins a term of this node's own, on the very log that it has weighed. */
import type { BeginOn } from '../group-member.js';
import { ballotOf } from '../group-message.js';
import { isSameEnd } from '../protocol/log-end.js';
import type { LogView } from '../protocol/log-view.js';
import type { Tail } from '../replica/tail.js';
import { electedKeys, ownBlock } from './own-block.js';
import type { SharedLedgerOptions } from './shared-options.js';
import { termKeys } from './term-keys.js';

/** Writes nothing if the log does not end as is said. @returns the log then, which is on disk. */
export async function beginTerm(
  { clock, keyStore, links, pinned, random, receipt, store }: SharedLedgerOptions,
  tail: Tail,
  hand: BeginOn,
): Promise<LogView> {
  const { origin } = pinned;
  const { place } = tail;
  const said = hand.votes.get(links.self);
  if (place === null || said === undefined || !isSameEnd(tail.view.end, hand.on)) return tail.view;
  // A crash up to here leaves keys that nothing names, of a term that nobody has begun.
  const own = await termKeys(keyStore, origin, hand.term);
  const vote = { kind: 'vote', term: hand.term, end: said.end, groups: [] } as const;
  const votes = [...hand.ballots, ballotOf(origin, links.self, vote, receipt.sign)];
  const begun = electedKeys(origin, place, own, hand.term, votes, receipt);
  const parts = {
    ...{ origin, place, random, now: clock.now(), blockKey: store.blockKey },
    treeHashWith: (block: Uint8Array) => tail.treeHashWith(block),
  };
  const made = await ownBlock(parts, begun.keys, own, begun.statementAt);
  return tail.begin({ ...made, keys: begun.keys });
}
