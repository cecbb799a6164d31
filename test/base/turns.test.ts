import { describe, expect, it } from '@jest/globals';
import { Turns } from '../../src/base/turns.js';

describe('turns', () => {
  it('are taken one after the other, in the order asked for', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const act = (name: string, ticks: number) => async (): Promise<string> => {
      done.push(`${name} begins`);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      done.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([turns.take(act('a', 5)), turns.take(act('b', 0))])).toEqual([
      'a',
      'b',
    ]);
    expect(done).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('go on after one that failed, which alone is told', async () => {
    const turns = new Turns();
    const failing = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
