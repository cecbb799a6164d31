/** When members stand, over all ledgers of a node: a few at a time, and not before the node has listened. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Candidate, CANDIDATE_LIMITS, Candidates } from '../../src/replication/candidates.js';
import type { Role } from '../../src/replication/protocol/member-state.js';
import { NO_TERM, type NodeId } from '../../src/replication/protocol/term.js';
import { FakeTimers } from '../support/fake-timers.js';

const { atOnce, beat, late, listen, opening, patience, turn } = CANDIDATE_LIMITS;
const ASKING: Role = {
  ...{ kind: 'asking', term: NO_TERM, asked: [], answers: new Map(), until: 0 },
};
const WAITING: Role = { kind: 'following', announced: null, heardAt: null, until: 0 };
const ANNOUNCED = {
  ...{ from: 'a' as NodeId, term: NO_TERM, shown: 0, end: { length: 0, segments: [] } },
};
const FOLLOWING: Role = { kind: 'following', announced: ANNOUNCED, heardAt: 0, until: 0 };

let timers: FakeTimers;
let candidates: Candidates;
let stood: number[];

beforeEach(() => {
  [timers, stood] = [new FakeTimers(), []];
  candidates = new Candidates(timers);
});
afterEach(() => {
  candidates.close();
  expect(timers.pauses).toEqual([]);
});

/** Members that would stand, each of which stands then for as long as nobody says more. */
function wishing(count: number, first = 0): Candidate[] {
  return Array.from({ length: count }, (_, at) => {
    const one = candidates.join();
    wish(one, first + at);
    return one;
  });
}

function wish(one: Candidate | undefined, number: number): void {
  one?.wish(() => {
    stood.push(number);
    one.heed(ASKING);
  });
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);

/** The timers of a node that was not run: what was due meanwhile is called when it is again. */
function notRun(millis: number): void {
  timers.stall(millis);
}

it('lets a few stand at a time, in their order, and the next when one of them has come to write', () => {
  const all = wishing(3 * atOnce);
  expect(stood).toEqual(numbers(0, atOnce));
  all[3]?.heed(FOLLOWING);
  expect(stood).toEqual(numbers(0, atOnce + 1));
  all[4]?.leave();
  expect(stood).toEqual(numbers(0, atOnce + 2));
  expect(candidates.waiting).toBe(2 * atOnce - 2);
});

it('holds nobody up for those whom nobody answers', () => {
  wishing(3 * atOnce);
  timers.advance(turn - 1);
  expect(stood).toHaveLength(atOnce);
  timers.advance(1);
  expect(stood).toHaveLength(2 * atOnce);
  timers.advance(turn);
  expect(stood).toHaveLength(3 * atOnce);
});

it('lets nobody stand who has heard a writer meanwhile', () => {
  const all = wishing(2 * atOnce);
  for (const one of all.slice(atOnce)) one.withdraw();
  timers.advance(10 * turn);
  expect(stood).toEqual(numbers(0, atOnce));
});

it('goes through thousands that need not stand after all', () => {
  candidates.hold();
  for (let number = 0; number < 20_000; number++) {
    const one = candidates.join();
    one.wish(() => {
      stood.push(number);
      one.heed(FOLLOWING);
    });
  }
  candidates.release();
  timers.advance(opening);
  expect(stood).toEqual(numbers(0, 20_000));
});

it('keeps the place of who wishes again, and lets it stand once', () => {
  const all = wishing(atOnce + 2);
  wish(all[atOnce], 99);
  expect(all[atOnce]?.isWaiting).toBe(true);
  timers.advance(turn);
  expect(stood).toEqual(numbers(0, atOnce + 2));
  timers.advance(10 * turn);
  expect(stood).toHaveLength(atOnce + 2);
});

it('lets those go first that have not stood in vain', () => {
  const hopeless = wishing(4 * atOnce);
  timers.advance(4 * turn);
  for (const [number, one] of hopeless.entries()) {
    one.heed(WAITING);
    wish(one, number);
  }
  stood = [];
  const fresh = wishing(2, 1_000);
  timers.advance(turn);
  expect(stood.slice(0, 3)).toEqual([1_000, 1_001, atOnce]);
  // Whoever has heard a writer is like one that never stood.
  fresh[0]?.heed(FOLLOWING);
  wish(fresh[0], 2_000);
  timers.advance(turn);
  expect(stood.slice(atOnce)).toContain(2_000);
});

it('lets nobody stand before the node has listened, when it was not run', () => {
  timers.advance(10 * beat);
  notRun(late + beat);
  wishing(1);
  timers.advance(listen - 1);
  expect(stood).toEqual([]);
  timers.advance(1);
  expect(stood).toEqual([0]);
});

it('takes no notice of timers that are a little late', () => {
  notRun(late + beat - 1);
  wishing(1);
  expect(stood).toEqual([0]);
});

it('holds nobody up for longer than a while, however often the node is not run', () => {
  notRun(3_000);
  wishing(1);
  const began = timers.now();
  for (let stall = 0; stall < 20 && stood.length === 0; stall++) notRun(2 * late);
  expect(stood).toEqual([0]);
  const waited = timers.now() - began;
  expect(waited).toBeGreaterThanOrEqual(patience);
  expect(waited).toBeLessThan(patience + 2 * late + beat);
});

it('lets nobody stand while ledgers are opened, nor before links can be there', () => {
  candidates.hold();
  wishing(1);
  timers.advance(60_000);
  candidates.release();
  timers.advance(opening - 1);
  expect(stood).toEqual([]);
  timers.advance(1);
  expect(stood).toEqual([0]);
});
