/** The writer of a term: it tells everybody where its log ends, and shows what enough of them have on disk. */
import { type Group, memberOf } from './group.js';
import { lastTerm } from './log-end.js';
import { cutView, type LogView } from './log-view.js';
import {
  type Beginning,
  type Effect,
  type MemberState,
  type Step,
  still,
  type Writing,
} from './member-state.js';
import type { Receipt } from './messages.js';
import type { StepContext } from './rules.js';
import type { NodeId } from './term.js';
import { follower } from './wait.js';

function startWriting(
  state: Omit<MemberState, 'role'>,
  { now }: StepContext,
): MemberState & { readonly role: Writing } {
  const { promised: term } = state;
  const role: Writing = {
    ...{ kind: 'writing', term, receipts: new Map(), announceAt: now, yieldsTo: null },
    ...{ heardAt: new Map(), since: now, isReturning: false, isStoodIn: false },
  };
  return { ...state, role };
}

/** In a term that it wrote in before it started: once it has heard that nobody has more of that than it has. */
export function goOnWriting(state: Omit<MemberState, 'role'>, context: StepContext): MemberState {
  const writer = startWriting(state, context);
  return {
    ...writer,
    role: { ...writer.role, isReturning: isReturning(writer, writer.role, context) },
  };
}

/** Whom it has not heard within this time is away, and may have more: a ledger stands still for nobody. */
function isReturning(
  state: MemberState,
  role: Writing,
  { now, rules, timing }: StepContext,
): boolean {
  const others = listeners(state).filter((node) => hasDataIn(state, node));
  return now < role.since + timing.away && !rules.mayGoOn(others, new Set(role.receipts.keys()));
}

/** The block that begins the term is on disk: whoever hears of it follows. */
export function beginWriting(state: MemberState, role: Beginning, context: StepContext): Step {
  // Something else had come to the log meanwhile: what was weighed is not what is there.
  if (context.rules.compareTerms(lastTerm(state.log.end), role.term) !== 0)
    return still(follower(state, context));
  const writer = startWriting(state, context);
  return weighReceipts(writer, writer.role, context, 'grown');
}

export function announce(state: MemberState, role: Writing, context: StepContext): Step {
  const { now, timing } = context;
  const { yieldsTo } = role;
  const next = {
    ...role,
    announceAt: now + timing.announceEvery,
    // Whoever was to take over did not.
    yieldsTo: yieldsTo !== null && now >= yieldsTo.until ? null : yieldsTo,
    isReturning: role.isReturning && isReturning(state, role, context),
    isStoodIn: isStoodIn(state, role, context),
  };
  const { log, shown } = state;
  const all = { kind: 'announce', term: role.term, end: log.end, shown } as const;
  const known = knownWithout(state, next);
  const some = { ...all, end: known.end, groups: known.groups.slice(-2) };
  const group = context.rules.groupOf(log);
  const effects = listeners(state).map((to): Effect => {
    const message = memberOf(group, to)?.hasData === false ? some : all;
    return { kind: 'send', to, message };
  });
  return { state: { ...state, role: next }, effects };
}

/**
 * Whether the members with data that are there are too few to show anything. Those without are told all then, also where
 * they are not enough in their place: who has forgotten may need their answer, and they must know that it is a member.
 */
function isStoodIn({ log, self }: MemberState, role: Writing, context: StepContext): boolean {
  const { rules } = context;
  const group = rules.groupOf(log);
  if (group === null) return false;
  const isGone = (node: NodeId): boolean => node !== self && isAway(role, node, context);
  const there = new Set(group.members.map(({ node }) => node).filter((node) => !isGone(node)));
  return !rules.isWriteQuorum(group, there);
}

function isAway({ heardAt, since }: Writing, node: NodeId, { now, timing }: StepContext): boolean {
  return now >= (heardAt.get(node) ?? since) + timing.away;
}

/**
 * What members without data have to know of the log. All of it where they stand in for others; else who keeps it, as far
 * as that is settled: of more than others have on disk they would only keep those from going on.
 */
function knownWithout({ log, shown }: MemberState, role: Writing): LogView {
  if (role.isStoodIn) return log;
  const settled = log.groups.findLast(({ block }) => block < shown);
  return cutView(log, settled === undefined ? 0 : settled.block + 1);
}

export function takeReceipt(
  state: MemberState,
  from: NodeId,
  { term, length }: Receipt,
  context: StepContext,
): Step {
  const { role } = state;
  if (role.kind !== 'writing' || context.rules.compareTerms(term, role.term) !== 0)
    return still(state);
  // Of its own term, and it does not have them: its disk is another than it was.
  if (length > state.log.end.length) return forgotten(state, context);
  const had = role.receipts.get(from) ?? 0;
  const heardAt = new Map(role.heardAt).set(from, context.now);
  const receipts = new Map(role.receipts).set(from, Math.max(had, length));
  const heard = { ...role, heardAt, receipts };
  const next = { ...heard, isReturning: role.isReturning && isReturning(state, heard, context) };
  // It may stand in for others since it said so first.
  if (length <= had && !role.isStoodIn) return still({ ...state, role: next });
  return weighReceipts(
    { ...state, role: next },
    next,
    context,
    length > had ? 'receipted' : 'repeated',
  );
}

/** It takes no part any more, but asks the others what it had. */
function forgotten(state: MemberState, context: StepContext): Step {
  const next = { ...state, memory: 'behind' } as const;
  // A crash before this leaves a writer that asks again before it writes.
  const saved: Effect = { kind: 'save', promised: state.promised, memory: 'behind' };
  return { state: follower(next, context), effects: [saved] };
}

/** Shows what a write quorum has on disk. */
export function weighReceipts(
  state: MemberState,
  role: Writing,
  context: StepContext,
  why: 'grown' | 'receipted' | 'repeated',
): Step {
  const { rules } = context;
  const shown = mostShown(state, role, context);
  const isMore = shown > state.shown;
  const next = { ...state, shown: Math.max(shown, state.shown) };
  const effects: Effect[] = isMore ? [{ kind: 'show', length: shown }] : [];
  // It has written itself out of the group, and all know.
  const since = state.log.groups.at(-1)?.block ?? 0;
  const isOut = memberOf(rules.groupOf(state.log), state.self) === undefined && shown > since;
  if (isOut) {
    const last = announce(next, role, context);
    return { state: follower(next, context), effects: [...effects, ...last.effects] };
  }
  const yielded = why === 'repeated' ? [] : yieldIfReady(next, role);
  if (why !== 'grown') return { state: next, effects: [...effects, ...yielded] };
  const told = announce(next, role, context);
  return { state: told.state, effects: [...effects, ...told.effects, ...yielded] };
}

/** Stops writing until that member has all and stands, or for the time of an election. */
export function yieldTo(state: MemberState, to: NodeId, context: StepContext): Step {
  const { role, log, self } = state;
  const { now, rules, timing } = context;
  const mayWrite = memberOf(rules.groupOf(log), to)?.mayWrite === true;
  if (role.kind !== 'writing' || to === self || !mayWrite) return still(state);
  const yieldsTo = { node: to, until: now + timing.election };
  const next = { ...role, yieldsTo };
  return { state: { ...state, role: next }, effects: yieldIfReady(state, next) };
}

function yieldIfReady({ log }: MemberState, { receipts, term, yieldsTo }: Writing): Effect[] {
  if (yieldsTo === null || (receipts.get(yieldsTo.node) ?? 0) < log.end.length) return [];
  return [{ kind: 'send', to: yieldsTo.node, message: { kind: 'yield', term } }];
}

function mostShown({ log, self, shown }: MemberState, role: Writing, context: StepContext): number {
  const { rules } = context;
  const { receipts, term } = role;
  const group = rules.groupOf(log);
  if (group === null) return shown;
  const { length } = log.end;
  const had = new Map([...receipts, [self, length] as const]);
  const lengths = [...had.values()].map((some) => Math.min(some, length)).sort((a, b) => b - a);
  const isEnough = (of: Group, having: ReadonlySet<NodeId>): boolean =>
    rules.isWriteQuorum(of, having) ||
    (role.isStoodIn && rules.standsIn(of, having, (node) => isAway(role, node, context)));
  const most = lengths.find((some) =>
    isEnough(group, new Set([...had].filter(([, theirs]) => theirs >= some).map(([node]) => node))),
  );
  return most !== undefined && most >= rules.showsFrom(term, log.end) ? most : 0;
}

function hasDataIn({ log: { groups } }: MemberState, node: NodeId): boolean {
  return groups.slice(-2).some(({ group }) => memberOf(group, node)?.hasData === true);
}

/** Members, and, until it is known that they are none any more, those of the group before. */
function listeners({ log: { groups }, self, shown }: MemberState): NodeId[] {
  const last = groups.at(-1);
  const before = groups.at(-2);
  const both = [
    ...(last?.group.members ?? []),
    ...(last !== undefined && shown <= last.block ? (before?.group.members ?? []) : []),
  ];
  return [...new Set(both.map(({ node }) => node))].filter((node) => node !== self);
}
