/**
 * How a member comes to write: it asks who would vote for it, promises a term of its own, has it promised by enough
 * others, takes over the longest log among theirs, and only then begins. A member that has forgotten what it once said
 * goes the same way, without a vote of its own, to know again what it must not forget.
 */
import { type Group, memberOf } from './group.js';
import { lastTerm } from './log-end.js';
import {
  type Asking,
  type Effect,
  type Electing,
  type Known,
  type MemberState,
  type Step,
  still,
} from './member-state.js';
import type { Vote, Willing } from './messages.js';
import type { StepContext } from './rules.js';
import { learn, takeOver } from './take-over.js';
import type { NodeId, Term } from './term.js';
import { known } from './vote.js';
import { follower } from './wait.js';

/** Nobody writes, as far as this member knows: it asks who would have it. */
export function stand(state: MemberState, context: StepContext): Step {
  if (!mayStand(state, context)) return still(follower(state, context));
  const { now, rules, timing } = context;
  const asked = others(state, context);
  const role: Asking = {
    kind: 'asking',
    term: rules.termAfter(state.promised, state.self),
    asked,
    answers: new Map(),
    until: now + timing.election,
  };
  const effects = asked.map((to) => askOf(state, role.term, to));
  return goOn({ ...state, role }, effects, weighAnswers, role, context);
}

/** Stands without asking: whoever wrote has stopped for it. */
export function standAt(state: MemberState, after: Term, context: StepContext): Step {
  if (state.memory === 'behind' || !mayStand(state, context)) return still(state);
  const { promised, self } = state;
  const latest = context.rules.compareTerms(after, promised) > 0 ? after : promised;
  const term = context.rules.termAfter(latest, self);
  return elect(state, term, others(state, context), context);
}

export function takeWilling(
  state: MemberState,
  from: NodeId,
  { term, end, groups }: Willing,
  context: StepContext,
): Step {
  const { role } = state;
  if (role.kind !== 'asking' || context.rules.compareTerms(term, role.term) !== 0)
    return still(state);
  const answers = new Map(role.answers).set(from, { end, groups });
  const next = { ...role, answers };
  return weighAnswers({ ...state, role: next }, next, context);
}

function weighAnswers(state: MemberState, role: Asking, context: StepContext): Step {
  const { rules } = context;
  const { log, memory, self } = state;
  const { answers, asked, term } = role;
  if (memory === 'whole') {
    const group = rules.groupOf(log);
    const willing = new Set([...answers.keys(), self]);
    return group !== null && rules.isVoteQuorum(group, willing)
      ? elect(state, term, asked, context)
      : still(state);
  }
  const needed = neededBy(state, answers, context);
  if (needed === null) return still(state);
  const fresh = needed.filter((node) => !asked.includes(node));
  const next = { ...state, role: { ...role, asked: [...asked, ...fresh] } };
  if (rules.mayTrust(needed, new Set(answers.keys()))) return elect(next, term, needed, context);
  return { state: next, effects: fresh.map((to) => askOf(state, term, to)) };
}

/**
 * Whom a member that has forgotten must hear: all others of the newest group that anybody knows, and of the one before
 * while that may still hold. Its own log may name members that are long gone. Null while nobody knows a group.
 */
function neededBy(
  state: MemberState,
  said: ReadonlyMap<NodeId, Known>,
  context: StepContext,
): readonly NodeId[] | null {
  const groups = newestGroups(state, said, context);
  if (groups.length === 0) return null;
  const nodes = groups.flatMap(({ members }) => members.map(({ node }) => node));
  return [...new Set(nodes)].filter((node) => node !== state.self);
}

/** That anybody knows; the newest one last. */
function newestGroups(
  state: MemberState,
  said: ReadonlyMap<NodeId, Known>,
  { rules }: StepContext,
): readonly Group[] {
  let newest: Known = known(state);
  for (const one of said.values())
    if (one.groups.length > 0 && rules.compareEnds(one.end, newest.end) > 0) newest = one;
  return newest.groups;
}

function elect(
  state: MemberState,
  term: Term,
  asked: readonly NodeId[],
  context: StepContext,
): Step {
  const { now, timing } = context;
  const { memory, self } = state;
  const role: Electing = {
    kind: 'electing',
    term,
    asked,
    votes: memory === 'whole' ? new Map([[self, known(state)]]) : new Map(),
    repeatAt: now + timing.repeat,
    until: now + timing.election,
  };
  // A crash before the first of these is done leaves a term that nobody has heard of; after it, one that nobody uses.
  const effects: Effect[] = [
    { kind: 'save', promised: term, memory },
    ...asked.map((to) => electOf(term, to)),
  ];
  return goOn({ ...state, promised: term, role }, effects, weighVotes, role, context);
}

export function repeatElection(state: MemberState, role: Electing, context: StepContext): Step {
  const { now, timing } = context;
  const next = { ...role, repeatAt: now + timing.repeat };
  const silent = role.asked.filter((node) => !role.votes.has(node));
  const effects = silent.map((to) => electOf(role.term, to));
  return goOn({ ...state, role: next }, effects, weighVotes, next, context);
}

export function takeVote(
  state: MemberState,
  from: NodeId,
  { term, end, groups }: Vote,
  context: StepContext,
): Step {
  const { role } = state;
  if (role.kind !== 'electing' || !context.rules.isVoteFor(term, role.term)) return still(state);
  const next = { ...role, votes: new Map(role.votes).set(from, { end, groups }) };
  return weighVotes({ ...state, role: next }, next, context);
}

/** Goes on once enough have voted and the longest log among theirs is on this member's disk too. */
export function weighVotes(state: MemberState, role: Electing, context: StepContext): Step {
  const { rules } = context;
  const { log, memory, self } = state;
  const { term, votes } = role;
  // What was voted with, or fetched since, may name a group that it had not heard of: then that one must vote too.
  const group = rules.groupOf(log);
  const needed =
    memory === 'whole'
      ? (group?.members.map(({ node }) => node) ?? [])
      : (neededBy(state, votes, context) ?? role.asked);
  const fresh = needed.filter((node) => node !== self && !role.asked.includes(node));
  const next = { ...state, role: { ...role, asked: [...role.asked, ...fresh] } };
  const effects: Effect[] = fresh.map((to) => electOf(term, to));
  const voters = new Set(votes.keys());
  const isElected =
    memory === 'whole'
      ? group !== null && rules.isVoteQuorum(group, voters)
      : rules.mayTrust(needed, voters);
  if (!isElected) return { state: next, effects };
  // Who has forgotten may know of no group: that its voters tell who has blocks keeps it from asking those who have none.
  const believed = newestGroups(state, votes, context).at(-1) ?? group;
  const longest = longestOf(votes, believed, context);
  if (longest !== null && rules.lacks(log.end, longest.end)) {
    const taken = takeLongest(next, longest, believed);
    return { state: taken.state, effects: [...effects, ...taken.effects] };
  }
  if (memory === 'whole')
    return {
      state: { ...next, role: { kind: 'beginning', term } },
      effects: [...effects, { kind: 'begin', term, on: log.end, votes }],
    };
  return remember(next, term, context);
}

/** It has all that any of the others had when they promised its term, and nothing that it said before counts any more. */
function remember(state: MemberState, term: Term, context: StepContext): Step {
  const whole = { ...state, promised: term, memory: 'whole' as const };
  const effects: Effect[] = [{ kind: 'save', promised: term, memory: 'whole' }];
  // The others have stopped writing for this: whoever wrote last may as well go on.
  const { node } = lastTerm(state.log.end);
  const group = context.rules.groupOf(state.log);
  if (node !== state.self && memberOf(group, node)?.mayWrite === true)
    effects.push({ kind: 'send', to: node, message: { kind: 'yield', term } });
  return { state: follower(whole, context), effects };
}

interface Longest extends Known {
  readonly from: NodeId;
}

/** Of those that are as long, one that can be fetched. */
function longestOf(
  votes: Electing['votes'],
  group: Group | null,
  { rules }: StepContext,
): Longest | null {
  let longest: Longest | null = null;
  for (const [from, one] of votes) {
    const order = longest === null ? 1 : rules.compareEnds(one.end, longest.end);
    const isFetched = order === 0 && longest !== null && !mayHave(group, longest.from);
    if (order > 0 || isFetched) longest = { from, ...one };
  }
  return longest;
}

function takeLongest(
  state: MemberState,
  { from, end, groups }: Longest,
  group: Group | null,
): Step {
  // As one group that is not settled: more than that nobody can know of it without the blocks.
  const since = groups.map((one) => ({ group: one, block: end.length - 1 }));
  if (!state.keepsData) return learn(state, end, since);
  // It is known that there is more, and whoever has it has not voted yet.
  return mayHave(group, from) ? takeOver(state, from, end) : still(state);
}

function mayHave(group: Group | null, node: NodeId): boolean {
  return memberOf(group, node)?.hasData !== false;
}

function mayStand({ log, memory, self }: MemberState, { rules }: StepContext): boolean {
  return memory === 'behind' || memberOf(rules.groupOf(log), self)?.mayWrite === true;
}

function others({ log, self, acquaintances }: MemberState, { rules }: StepContext): NodeId[] {
  const members = rules.groupOf(log)?.members.map(({ node }) => node) ?? acquaintances;
  return members.filter((node) => node !== self);
}

function askOf({ memory }: MemberState, term: Term, to: NodeId): Effect {
  return {
    kind: 'send',
    to,
    message: { kind: 'ask', term, isRecovering: memory === 'behind' },
  };
}

function electOf(term: Term, to: NodeId): Effect {
  return { kind: 'send', to, message: { kind: 'elect', term } };
}

/** For those who are enough on their own. */
function goOn<R>(
  state: MemberState,
  effects: readonly Effect[],
  weigh: (state: MemberState, role: R, context: StepContext) => Step,
  role: R,
  context: StepContext,
): Step {
  const weighed = weigh(state, role, context);
  return { state: weighed.state, effects: [...effects, ...weighed.effects] };
}
