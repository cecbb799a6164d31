import { describe, expect, it } from '@jest/globals';
import { Rounds } from '../../src/base/rounds.js';

describe('rounds', () => {
  it('are one at a time, with one more for all who asked meanwhile', async () => {
    let [under, most, done] = [0, 0, 0];
    const rounds = new Rounds(async () => {
      most = Math.max(most, ++under);
      await Promise.resolve();
      under--;
      done++;
    });
    for (let time = 0; time < 5; time++) rounds.begin();
    await rounds.idle();
    expect([most, done]).toEqual([1, 2]);
    rounds.begin();
    await rounds.idle();
    expect(done).toBe(3);
  });

  it('end with the one under way, which is told', async () => {
    const aborted: boolean[] = [];
    const rounds: Rounds = new Rounds(async () => {
      await Promise.resolve();
      aborted.push(rounds.signal.aborted);
    });
    rounds.begin();
    rounds.begin();
    await rounds.stop();
    rounds.begin();
    await rounds.idle();
    expect(aborted).toEqual([true]);
  });
});
