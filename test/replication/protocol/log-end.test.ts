import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  commonLength,
  compareEnds,
  cutEnd,
  EMPTY_LOG,
  isSameEnd,
  lastTerm,
  type LogEnd,
} from '../../../src/replication/protocol/log-end.js';
import { NO_TERM, type NodeId, type Term } from '../../../src/replication/protocol/term.js';
import {
  appended,
  type Block,
  EMPTY_SIM_LOG,
  type SimLog,
} from '../../../src/replication/simulation/sim-log.js';

function term(number: number): Term {
  return { number, node: 'n' as NodeId };
}

/**
 * Logs as the protocol makes them: each begins with some of the one before it, and what it adds is of a term of its
 * own. So two blocks are the same if term and place are.
 */
const logs = fc
  .array(fc.record({ of: fc.nat(), kept: fc.nat(), adds: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 2,
    maxLength: 8,
  })
  .map((makings) => {
    const made: SimLog[] = [EMPTY_SIM_LOG];
    let id = 0;
    for (const [at, { of, kept, adds }] of makings.entries()) {
      const before = made[of % made.length]?.blocks ?? [];
      const begins = before.slice(0, kept % (before.length + 1));
      const more = Array.from({ length: adds }, (): Block => ({
        id: ++id,
        term: term(at + 1),
        key: null,
        group: null,
      }));
      made.push(appended(EMPTY_SIM_LOG, [...begins, ...more]));
    }
    return made;
  });

describe('ends of logs', () => {
  it('tell without the blocks how many two logs have alike', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(), (made, one, other) => {
        const [a, b] = [made[one % made.length], made[other % made.length]];
        if (a === undefined || b === undefined) return;
        const differs = a.blocks.findIndex(({ id }, at) => b.blocks[at]?.id !== id);
        const common = differs === -1 ? a.blocks.length : differs;
        expect(commonLength(a.view.end, b.view.end)).toBe(common);
        expect(isSameEnd(a.view.end, b.view.end)).toBe(
          common === a.blocks.length && common === b.blocks.length,
        );
      }),
    );
  });

  it('can be cut as the logs can', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(), (made, one, at) => {
        const log = made[one % made.length] ?? EMPTY_SIM_LOG;
        const length = at % (log.blocks.length + 1);
        expect(cutEnd(log.view.end, length)).toEqual(
          appended(EMPTY_SIM_LOG, log.blocks.slice(0, length)).view.end,
        );
      }),
    );
  });
});

describe('compareEnds', () => {
  const end = (length: number, ...begins: readonly [number, number][]): LogEnd => ({
    segments: begins.map(([number, at]) => ({ term: term(number), begins: at })),
    length,
  });

  it('puts a later term before more blocks', () => {
    expect(compareEnds(end(3, [2, 2]), end(9, [1, 0]))).toBeGreaterThan(0);
  });

  it('puts more blocks first within a term', () => {
    expect(compareEnds(end(3, [2, 2]), end(4, [2, 2]))).toBeLessThan(0);
  });

  it('puts any log before none', () => {
    expect(compareEnds(end(1, [1, 0]), EMPTY_LOG)).toBeGreaterThan(0);
    expect(lastTerm(EMPTY_LOG)).toEqual(NO_TERM);
  });
});
