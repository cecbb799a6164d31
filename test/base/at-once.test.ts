/** Many things at once, and never more than so many. */
import { describe, expect, it } from '@jest/globals';
import { atOnce } from '../../src/base/at-once.js';
import { Lanes } from '../../src/base/lanes.js';

/** Things that end when they are told to, in any order. */
class Held {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, (cause?: Error) => void>();

  begin(name: string): Promise<void> {
    this.begun.push(name);
    return new Promise((resolve, reject) => {
      this.#ends.set(name, (cause) => {
        if (cause === undefined) resolve();
        else reject(cause);
      });
    });
  }

  /** What follows from it has been begun when it returns. */
  async end(name: string, cause?: Error): Promise<void> {
    this.#ends.get(name)?.(cause);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe('things at once', () => {
  it('are begun in their order, so many at a time', async () => {
    const held = new Held();
    const all = atOnce(['a', 'b', 'c', 'd'], 2, (name) => held.begin(name));
    expect(held.begun).toEqual(['a', 'b']);
    await held.end('b');
    expect(held.begun).toEqual(['a', 'b', 'c']);
    await held.end('a');
    await held.end('d');
    expect(held.begun).toEqual(['a', 'b', 'c', 'd']);
    await held.end('c');
    await all;
    await atOnce([], 2, () => Promise.reject(new Error('there is nothing')));
  });

  it('end with the first failure, once nothing is under way any more', async () => {
    const held = new Held();
    let ended: unknown = 'not yet';
    const all = atOnce(['a', 'b', 'c'], 2, (name) => held.begin(name)).catch((cause: unknown) => {
      ended = cause;
    });
    const cause = new Error('the first');
    await held.end('a', cause);
    expect([held.begun, ended]).toEqual([['a', 'b'], 'not yet']);
    await held.end('b', new Error('the second'));
    await all;
    expect([held.begun, ended]).toEqual([['a', 'b'], cause]);
  });
});

describe('lanes', () => {
  it('hold up what has one name, and not what lies in another lane', async () => {
    const [held, lanes] = [new Held(), new Lanes(2)];
    const first = lanes.take('a', () => held.begin('a1'));
    const second = lanes.take('a', () => held.begin('a2'));
    const other = lanes.take('b', () => held.begin('b1'));
    await held.end('');
    expect(held.begun).toEqual(['a1', 'b1']);
    let isIdle = false;
    const idle = lanes.idle().then(() => {
      isIdle = true;
    });
    await held.end('b1');
    await held.end('a1', new Error('one that fails'));
    await expect(first).rejects.toThrow('one that fails');
    expect([held.begun, isIdle]).toEqual([['a1', 'b1', 'a2'], false]);
    await held.end('a2');
    await Promise.all([second, other, idle]);
    expect(isIdle).toBe(true);
  });
});
