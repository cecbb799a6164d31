import { describe, expect, it } from '@jest/globals';
import type { TreeSize } from '../../src/base/brand.js';
import { SizeWaiters } from '../../src/views/size-waiters.js';
import { ViewsError } from '../../src/views/views-error.js';

const LONG = 60_000;
const size = (size: number) => size as TreeSize;

/** A view that has come so far. */
function waitersOf(view: { at: number }): SizeWaiters {
  return new SizeWaiters(
    (wanted) => new ViewsError('VIEW_BEHIND', `${view.at} of ${wanted}: try again in a moment`),
  );
}

describe('who waits for a view', () => {
  it('is let go when its size is reached, and not before', async () => {
    const waiters = waitersOf({ at: 0 });
    const [three, five] = [waiters.wait(size(3), LONG), waiters.wait(size(5), LONG)];
    waiters.release((wanted) => wanted <= 3);
    await three;
    expect(waiters.isEmpty).toBe(false);
    waiters.release((wanted) => wanted <= 5);
    await five;
    expect(waiters.isEmpty).toBe(true);
  });

  it('is told how far the view has come when its patience ends, alone', async () => {
    const view = { at: 0 };
    const waiters = waitersOf(view);
    const [patient, other] = [waiters.wait(size(5), LONG), waiters.wait(size(7), 1)];
    view.at = 4;
    await expect(other).rejects.toMatchObject({
      code: 'VIEW_BEHIND',
      message: '4 of 7: try again in a moment',
    });
    expect(waiters.isEmpty).toBe(false);
    waiters.release(() => true);
    await patient;
  });

  it('is told when the view cannot go on', async () => {
    const waiters = waitersOf({ at: 0 });
    const both = [waiters.wait(size(3), LONG), waiters.wait(size(5), LONG)];
    const failure = new ViewsError('VIEW_FAILED', 'the view cannot go on: restart the node');
    waiters.fail(failure);
    const told = await Promise.allSettled(both);
    expect(told.map((one) => one.status === 'rejected' && one.reason === failure)).toEqual([
      true,
      true,
    ]);
    expect(waiters.isEmpty).toBe(true);
  });

  it('is told how far the view has come when it stops', async () => {
    const waiters = waitersOf({ at: 2 });
    const both = [waiters.wait(size(3), LONG), waiters.wait(size(5), LONG)];
    waiters.stop();
    const told = await Promise.allSettled(both);
    expect(told.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
      expect.stringContaining('2 of 3'),
      expect.stringContaining('2 of 5'),
    ]);
    expect(waiters.isEmpty).toBe(true);
  });
});
