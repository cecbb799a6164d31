import { describe, expect, it } from '@jest/globals';
import type { AnchorStatus } from '../src/commands/anchor-now.js';
import { anchoringWithSteps } from '../src/epoch-steps.js';

describe('an epoch', () => {
  it('has its steps before it, in order, and those after it only once it is made', async () => {
    const done: string[] = [];
    const status = {} as AnchorStatus;
    let fails = false;
    const step = (name: string) => (): Promise<void> => {
      done.push(name);
      return Promise.resolve();
    };
    const anchoring = anchoringWithSteps(
      {
        anchorNow: () => {
          done.push('epoch');
          return fails ? Promise.reject(new Error('no chain')) : Promise.resolve(status);
        },
        followAnchors: () => Promise.resolve(status),
        anchorStatus: () => status,
      },
      {
        before: [step('maps'), step('seals')],
        after: [() => done.push('batch')],
        always: [() => done.push('witnesses')],
      },
    );
    expect(await anchoring.anchorNow()).toBe(status);
    expect(done).toEqual(['maps', 'seals', 'epoch', 'batch', 'witnesses']);
    await anchoring.followAnchors();
    fails = true;
    await expect(anchoring.anchorNow()).rejects.toThrow('no chain');
    expect(done.slice(5)).toEqual(['maps', 'seals', 'epoch', 'witnesses']);
  });
});
