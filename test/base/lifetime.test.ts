import { describe, expect, it } from '@jest/globals';
import { Lifetime } from '../../src/base/lifetime.js';

describe('a lifetime', () => {
  it('closes in reverse, each once', async () => {
    const closed: number[] = [];
    const lifetime = new Lifetime();
    for (const n of [1, 2, 3]) lifetime.add(() => Promise.resolve(closed.push(n)));
    await lifetime.close();
    await lifetime.close();
    expect(closed).toEqual([3, 2, 1]);
  });

  it('closes the others where one fails, and then fails as the first did', async () => {
    const closed: number[] = [];
    const lifetime = new Lifetime();
    for (const n of [1, 2, 3])
      lifetime.add(() => {
        closed.push(n);
        return n === 1 ? Promise.resolve() : Promise.reject(new Error(`cannot close ${n}`));
      });
    await expect(lifetime.close()).rejects.toThrow('cannot close 3');
    expect(closed).toEqual([3, 2, 1]);
  });
});
