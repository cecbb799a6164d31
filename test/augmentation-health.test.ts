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

describe('signatures that wait', () => {
  it('are no reason to worry before they are late', () => {
    expect(augmentationReasons(IDLE, NOW)).toEqual([]);
    const due = { ...IDLE, due: { T: 2, LT: 0, LTA: 0 }, oldest: (NOW - 1000) as UnixMillis };
    expect(augmentationReasons(due, NOW)).toEqual([]);
    const late = { ...due, oldest: (NOW - 3_600_000) as UnixMillis };
    expect(augmentationReasons(late, NOW)).toEqual([
      '2 signatures wait for time-stamps or validation data: see the log',
    ]);
  });

  it('are counted while no authority answers, and apart from those that are set aside', () => {
    const due = { T: 2, LT: 1, LTA: 0 };
    const out = { ...IDLE, due, waiting: 1, setAside: 5, timeStampFailures: 3 };
    expect(augmentationReasons(out, NOW)).toEqual([
      'no time-stamp authority answers: 4 signatures wait, and none is lost',
      '5 signatures cannot be raised to their next level: see the log',
    ]);
  });
});
