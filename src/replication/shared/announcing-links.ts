/**
 * What a member of a shared ledger says and hears of its log: whoever is told where it ends is told before by which keys and
 * heads, and whoever tells this node of more than it has must show its own signature.
 */
import type { MemberLinks } from '../group-member.js';
import type { MemberState } from '../protocol/member-state.js';
import type { Message } from '../protocol/messages.js';
import type { NodeId } from '../protocol/term.js';
import type { Tail } from '../replica/tail.js';
import { believed, type OwnLog } from './own-past.js';
import type { SharedLedgerOptions } from './shared-options.js';

export interface AnnouncingUser {
  /** Asked once anybody has said something. */
  readonly state: () => MemberState;
  /** A member has said something, whatever it was. */
  readonly onWord: (from: NodeId) => void;
}

export function announcingLinks(
  { announce, heard, links, pinned }: SharedLedgerOptions,
  tail: Pick<Tail, 'announcement' | 'place' | 'view'>,
  { onWord, state }: AnnouncingUser,
): MemberLinks {
  const begunAt = tail.view.end.length;
  const own = (): OwnLog => {
    const { length } = tail.view.end;
    const known = state().log.end.length;
    const keys = tail.place?.keys ?? [];
    return { pinned, keys, known, stored: length, hasWritten: length > begunAt };
  };
  return {
    self: links.self,
    join: (origin, { takesPart, hear }) =>
      links.join(origin, {
        takesPart,
        hear: (from, message, ballot) => {
          onWord(from);
          const said = believed(message, own(), () => heard.get(from, origin));
          if (said !== null) hear(from, said, ballot);
        },
      }),
    send: (origin, to, message) => {
      const { announcement } = tail;
      const saysEnd =
        SAY_ENDS.has(message.kind) ||
        (message.kind === 'receipt' && isForMore(state(), message.length));
      if (saysEnd && announcement !== null)
        announce(to, announcement, message.kind === 'announce' && hasAll(state(), to));
      return links.send(origin, to, message);
    },
  };
}

const SAY_ENDS: ReadonlySet<Message['kind']> = new Set(['announce', 'vote', 'willing']);

/** Than its writer says that it has: what it signed is shown to it. */
function isForMore({ role }: MemberState, length: number): boolean {
  const announced = role.kind === 'following' ? role.announced : null;
  return announced !== null && length > announced.end.length;
}

/** Whether a member has given this writer a receipt for the whole log. */
function hasAll({ log, role }: MemberState, node: NodeId): boolean {
  return role.kind === 'writing' && (role.receipts.get(node) ?? 0) >= log.end.length;
}
