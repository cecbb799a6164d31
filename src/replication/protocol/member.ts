/**
 * The protocol of a group: one member's part in one ledger, as a function from what it knows and what happens to what
 * it knows then and what is to be done. It has no clock, disk or link of its own (docs/formats/replication.md).
 */
import { repeatElection, stand, standAt, takeVote, takeWilling, weighVotes } from './candidacy.js';
import { followAnnounced, giveReceipt } from './follow.js';
import { lastTerm } from './log-end.js';
import type { LogView } from './log-view.js';
import type { Input, MemberState, Remembered, Step } from './member-state.js';
import type { Message } from './messages.js';
import type { StepContext } from './rules.js';
import type { NodeId } from './term.js';
import { answerAsk, answerElect, heedRefusal } from './vote.js';
import { follower } from './wait.js';
import {
  announce,
  beginWriting,
  goOnWriting,
  takeReceipt,
  weighReceipts,
  yieldTo,
} from './write.js';

/** A member as it starts, from what is on its disk. */
export function startMember(
  identity: Pick<MemberState, 'self' | 'keepsData' | 'acquaintances'>,
  remembered: Remembered,
  log: LogView,
  context: StepContext,
): MemberState {
  const base = { ...identity, ...remembered, log, shown: 0 };
  const { promised, memory } = remembered;
  // It wrote in this term, and nobody told it of a later one. Should there be one, nobody gives it receipts. What it has may be
  // older than what it wrote, with all that would tell: a machine that was put back as a whole.
  const isWriter =
    memory === 'whole' &&
    promised.node === identity.self &&
    context.rules.compareTerms(lastTerm(log.end), promised) === 0;
  return isWriter ? goOnWriting(base, context) : follower(base, context);
}

export function step(state: MemberState, input: Input, context: StepContext): Step {
  switch (input.kind) {
    case 'tick':
      return onTick(state, context);
    case 'message':
      return onMessage(state, input.from, input.message, context);
    case 'stored':
      return onStored({ ...state, log: input.log }, context);
    case 'move':
      return yieldTo(state, input.to, context);
  }
}

/** When a tick is due; nothing happens before. */
export function dueAt({ role }: MemberState): number {
  switch (role.kind) {
    case 'following':
    case 'asking':
      return role.until;
    case 'electing':
      return Math.min(role.repeatAt, role.until);
    case 'beginning':
      return Number.POSITIVE_INFINITY;
    case 'writing':
      return role.announceAt;
  }
}

function onTick(state: MemberState, context: StepContext): Step {
  const { role } = state;
  if (context.now < dueAt(state)) return { state, effects: [] };
  switch (role.kind) {
    case 'following':
      return stand(state, context);
    case 'asking':
      return { state: follower(state, context), effects: [] };
    case 'electing':
      return context.now >= role.until
        ? { state: follower(state, context), effects: [] }
        : repeatElection(state, role, context);
    case 'beginning':
      return { state, effects: [] };
    case 'writing':
      return announce(state, role, context);
  }
}

function onStored(state: MemberState, context: StepContext): Step {
  const { role } = state;
  switch (role.kind) {
    case 'following':
      return giveReceipt(state, role, context);
    case 'asking':
      return { state, effects: [] };
    case 'electing':
      return weighVotes(state, role, context);
    case 'beginning':
      return beginWriting(state, role, context);
    case 'writing':
      return weighReceipts(state, role, context, 'grown');
  }
}

function onMessage(state: MemberState, from: NodeId, message: Message, context: StepContext): Step {
  switch (message.kind) {
    case 'announce':
      return followAnnounced(state, from, message, context);
    case 'receipt':
      return takeReceipt(state, from, message, context);
    case 'ask':
      return answerAsk(state, from, message, context);
    case 'willing':
      return takeWilling(state, from, message, context);
    case 'elect':
      return answerElect(state, from, message, context);
    case 'vote':
      return takeVote(state, from, message, context);
    case 'refuse':
      return heedRefusal(state, message.promised, context);
    case 'yield':
      return standAt(state, message.term, context);
  }
}
