/** The writer of a term: it tells everybody where its log ends, and shows what enough of them have on disk. */
import { memberOf } from './group.js';
import { lastTerm } from './log-end.js';
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

export function startWriting(
  state: Omit<MemberState, 'role'>,
  { now }: StepContext,
): MemberState & { readonly role: Writing } {
  const { promised: term } = state;
  const role: Writing = {
    ...{ kind: 'writing', term, receipts: new Map(), announceAt: now, yieldsTo: null },
  };
  return { ...state, role };
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
  };
  const { log, shown } = state;
  const message = { kind: 'announce', term: role.term, end: log.end, shown } as const;
  const effects = listeners(state).map((to): Effect => ({ kind: 'send', to, message }));
  return { state: { ...state, role: next }, effects };
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
  const had = role.receipts.get(from) ?? 0;
  if (length <= had) return still(state);
  const next = { ...role, receipts: new Map(role.receipts).set(from, length) };
  return weighReceipts({ ...state, role: next }, next, context, 'receipted');
}

/** Shows what a write quorum has on disk. */
export function weighReceipts(
  state: MemberState,
  role: Writing,
  context: StepContext,
  why: 'grown' | 'receipted',
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
  const yielded = yieldIfReady(next, role);
  if (why === 'receipted') return { state: next, effects: [...effects, ...yielded] };
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

function mostShown(
  { log, self, shown }: MemberState,
  { receipts, term }: Writing,
  { rules }: StepContext,
): number {
  const group = rules.groupOf(log);
  if (group === null) return shown;
  const { length } = log.end;
  const had = new Map([...receipts, [self, length] as const]);
  const lengths = [...had.values()].map((some) => Math.min(some, length)).sort((a, b) => b - a);
  const most = lengths.find((some) =>
    rules.isWriteQuorum(
      group,
      new Set([...had].filter(([, theirs]) => theirs >= some).map(([node]) => node)),
    ),
  );
  return most !== undefined && most >= rules.showsFrom(term, log.end) ? most : 0;
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
