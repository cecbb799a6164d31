/** Histories of all that can go wrong keep every promise; and where a fault is planted, one is broken and seen. */
import { describe, expect, it } from '@jest/globals';
import { runHistory } from '../../../src/replication/simulation/history.js';
import { PLANTS } from '../../../src/replication/simulation/plants.js';
import { simulate } from '../../../src/replication/simulation/simulate.js';
import { isLong } from '../../support/suite.js';

const HISTORIES = isLong ? 10_000 : 300;
/** Within so many histories each fault must be found. */
const ENOUGH = 2_000;

describe('histories without a fault', () => {
  it(`keep every promise, seeds 1 to ${HISTORIES}`, () => {
    const verdict = simulate({
      ...{ seed: 1, histories: HISTORIES, plant: null },
      progress: () => undefined,
    });
    expect(verdict.broken).toBeNull();
    expect(verdict.ran).toBe(HISTORIES);
    // All of it happens, and often.
    for (const count of Object.values(verdict.counts)) expect(count).toBeGreaterThan(HISTORIES / 4);
  }, 590_000);

  it('are the same for the same seed, to the last line', () => {
    for (const seed of [7, 4711, 999_999]) {
      const [first, second] = [traceOf(seed), traceOf(seed)];
      expect(first.length).toBeGreaterThan(20);
      expect(second).toEqual(first);
    }
    expect(traceOf(7)).not.toEqual(traceOf(8));
  });
});

describe('a planted fault', () => {
  it('has a name of its own', () => {
    expect(new Set(PLANTS.map(({ name }) => name)).size).toBe(PLANTS.length);
    expect(PLANTS.length).toBeGreaterThanOrEqual(10);
  });

  it.each(PLANTS.map((plant) => [plant.name, plant] as const))(
    `is found within ${ENOUGH} histories, and again by its seed: %s`,
    (_, plant) => {
      const { broken } = simulate({
        ...{ seed: 1, histories: ENOUGH, plant },
        progress: () => undefined,
      });
      if (broken === null) throw new Error(`${plant.name} was not found`);
      expect(runHistory(broken.seed, plant).broken).toBe(broken.promise);
      expect(runHistory(broken.seed).broken).toBeNull();
    },
    590_000,
  );
});

function traceOf(seed: number): string[] {
  const lines: string[] = [];
  runHistory(seed, null, (line) => {
    lines.push(line);
  });
  return lines;
}
