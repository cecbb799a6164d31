/**
 * Content of this node that others are to have on disk before an entry refers to it: who has said so, and whether they are
 * enough (docs/decisions/0060-content-of-files-on-other-nodes.md).
 */
import type { Timers } from '../links/timers.js';
import { type Group, isWriteQuorum, standsIn } from '../protocol/group.js';
import { groupOf } from '../protocol/log-view.js';
import type { MemberState } from '../protocol/member-state.js';
import type { NodeId } from '../protocol/term.js';
import type { HoldAnswer } from './chunk-message.js';

/** Whoever cannot now is asked again. */
const AGAIN_MILLIS = 250;

export interface HoldingOptions {
  readonly timers: Timers;
  /** Null of a log that is not shared, or not any more. */
  readonly stateOf: (origin: string) => MemberState | null;
  readonly isLinked: (node: NodeId) => boolean;
  /** Asks a member; null where it is not linked, or is no more. */
  readonly ask: (node: NodeId, origin: string, content: Uint8Array) => Promise<HoldAnswer | null>;
}

/**
 * Resolves when a write quorum of the group has it, this node among them. Only asked of a log that is shared.
 *
 * @throws what `signal` was aborted with.
 */
export async function heldByQuorum(
  { timers, stateOf, isLinked, ask }: HoldingOptions,
  origin: string,
  content: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const said = new Map<NodeId, HoldAnswer>();
  const asked = new Set<NodeId>();
  // Whoever waits is woken by an answer, and looks by itself: members come and go.
  let wake: () => void = () => undefined;
  const askMember = async (node: NodeId): Promise<void> => {
    asked.add(node);
    const answer = await ask(node, origin, content);
    if (answer !== null) said.set(node, answer);
    if (answer === 'held' || answer === 'sparse') wake();
    else timers.after(AGAIN_MILLIS, () => asked.delete(node));
  };
  for (;;) {
    signal.throwIfAborted();
    const state = stateOf(origin);
    const group = state && groupOf(state.log);
    if (state !== null && group !== null && isHeld(group, state, said, isLinked)) return;
    for (const { node, hasData } of group?.members ?? [])
      if (hasData && node !== state?.self && !asked.has(node) && isLinked(node))
        void askMember(node);
    await new Promise<void>((resolve) => {
      wake = resolve;
      const cancel = timers.after(AGAIN_MILLIS, resolve);
      signal.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}

/** Whether those who have it are enough, by the group's own rule for blocks; members that keep no content count for none of it. */
export function isHeld(
  group: Group,
  { role, self }: Pick<MemberState, 'role' | 'self'>,
  said: ReadonlyMap<NodeId, HoldAnswer>,
  isLinked: (node: NodeId) => boolean,
): boolean {
  const counted = withoutSparse(group, said);
  const having = new Set([
    self,
    ...[...said].flatMap(([node, one]) => (one === 'held' ? [node] : [])),
  ]);
  if (isWriteQuorum(counted, having)) return true;
  // While members without data stand in for blocks, content may lie where these blocks do.
  if (role.kind !== 'writing' || !role.isStoodIn) return false;
  const votes = counted.members.filter(({ node, hasData }) => !hasData && isLinked(node));
  const knowing = new Set([...having, ...votes.map(({ node }) => node)]);
  return standsIn(counted, knowing, (node) => !isLinked(node));
}

function withoutSparse(group: Group, said: ReadonlyMap<NodeId, HoldAnswer>): Group {
  const members = group.members.filter(({ node }) => said.get(node) !== 'sparse');
  const keeping = members.filter(({ hasData }) => hasData);
  const sites = new Set(keeping.map(({ site }) => site)).size;
  return {
    ...group,
    members,
    writeQuorum: Math.min(group.writeQuorum, keeping.length),
    sites: Math.min(group.sites, sites),
  };
}
