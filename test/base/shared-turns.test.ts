import { describe, expect, it } from '@jest/globals';
import { SharedTurns } from '../../src/base/shared-turns.js';

/** Something that ends when it is told to. */
function held(said: string[], name: string): { act: () => Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const act = async (): Promise<string> => {
    said.push(`${name} begins`);
    await ended;
    said.push(`${name} ends`);
    return name;
  };
  return { act, end };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('shared turns', () => {
  it('lets what is shared go on together, and what is alone wait and hold up', async () => {
    const said: string[] = [];
    const turns = new SharedTurns();
    const [a, b, alone, c] = ['a', 'b', 'alone', 'c'].map((name) => held(said, name));
    if (!a || !b || !alone || !c) throw new Error('four of them');
    const all = [
      turns.share('x', a.act),
      turns.share('x', b.act),
      turns.alone('x', alone.act),
      turns.share('x', c.act),
    ];
    await settle();
    expect(said).toEqual(['a begins', 'b begins']);
    b.end();
    await settle();
    expect(said.at(-1)).toBe('b ends');
    a.end();
    await settle();
    expect(said.slice(-2)).toEqual(['a ends', 'alone begins']);
    c.end();
    await settle();
    expect(said.at(-1)).toBe('alone begins');
    alone.end();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'alone', 'c']);
    expect(said.slice(-3)).toEqual(['alone ends', 'c begins', 'c ends']);
  });

  it('of another name wait for nothing, and one that fails holds up nobody', async () => {
    const said: string[] = [];
    const turns = new SharedTurns();
    const slow = held(said, 'slow');
    const waiting = turns.alone('x', slow.act);
    expect(await turns.alone('y', () => Promise.resolve('y'))).toBe('y');
    const failing = turns.alone('x', () => Promise.reject(new Error('no')));
    const after = turns.share('x', () => Promise.resolve('after'));
    slow.end();
    await waiting;
    await expect(failing).rejects.toThrow('no');
    expect(await after).toBe('after');
  });
});
