import { describe, expect, it } from '@jest/globals';
import type { AugmentationBacklog } from '../src/augmentation/signature-follower.js';
import { augmentationReasons } from '../src/augmentation-health.js';
import type { UnixMillis } from '../src/base/brand.js';

const NOW = 1_000_000_000 as UnixMillis;
const IDLE: AugmentationBacklog = {
  due: { T: 0, LT: 0, LTA: 0 },
  waiting: 0,
  setAside: 0,
  oldest: null,
  timeStampFailures: 0,
  timeStampReason: null,
  appended: 3,
  failed: 0,
};

const FREE = { usedUpUntil: null };
const USED = { usedUpUntil: (NOW + 1) as UnixMillis };

describe('signatures that wait', () => {
  it('are no reason to worry before they are late', () => {
    expect(augmentationReasons(IDLE, [FREE], NOW)).toEqual([]);
    const due = { ...IDLE, due: { T: 2, LT: 0, LTA: 0 }, oldest: (NOW - 1000) as UnixMillis };
    expect(augmentationReasons(due, [FREE], NOW)).toEqual([]);
    const late = { ...due, oldest: (NOW - 3_600_000) as UnixMillis };
    expect(augmentationReasons(late, [FREE], NOW)).toEqual([
      '2 signatures wait for time-stamps or validation data: see the log',
    ]);
  });

  it('are counted while no authority answers, and apart from those that are set aside', () => {
    const due = { T: 2, LT: 1, LTA: 0 };
    const out = { ...IDLE, due, waiting: 1, setAside: 5, timeStampFailures: 3 };
    expect(augmentationReasons(out, [FREE], NOW)).toEqual([
      'no time-stamp authority answers: 4 signatures wait, and none is lost',
      '5 signatures cannot be raised to their next level: see the log',
    ]);
  });

  it('say that budgets are used up, of some authorities or of all', () => {
    const due = { ...IDLE, due: { T: 2, LT: 0, LTA: 0 }, timeStampFailures: 1 };
    expect(augmentationReasons(due, [USED, USED], NOW)).toEqual([
      'the budgets of time-stamps are used up: 2 signatures wait, none is lost',
    ]);
    expect(augmentationReasons(due, [USED, FREE], NOW)).toEqual([
      '1 of 2 time-stamp authorities have used up budgets',
      'no time-stamp authority answers: 2 signatures wait, and none is lost',
    ]);
    expect(augmentationReasons(IDLE, [USED, FREE], NOW)).toHaveLength(1);
  });
});
