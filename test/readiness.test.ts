import { describe, expect, it } from '@jest/globals';
import { type NodeHealth, readinessOf } from '../src/readiness.js';

const HEALTHY: NodeHealth = {
  hasFailed: false,
  refusal: null,
  isDevelopment: false,
  isAnchoredOutside: true,
  recovery: { tornBytes: 0, logs: [] },
  backlog: 0,
  anchoringFailures: 0,
  inconsistentLogs: 0,
  anchorAlarms: [],
  viewsFailure: null,
  augmentation: [],
  escrow: { development: 0, unwritten: 0, unremoved: 0 },
};

describe('readiness', () => {
  it('says even of a node that is well what nobody else remembers', () => {
    expect(readinessOf(HEALTHY)).toEqual({
      ready: true,
      reasons: [expect.stringMatching(/remembers what was shown after the last anchor$/)],
    });
  });

  it('ends where nothing can be written', () => {
    expect(readinessOf({ ...HEALTHY, hasFailed: true })).toMatchObject({ ready: false });
    expect(readinessOf({ ...HEALTHY, refusal: 'an older copy' })).toEqual({
      ready: false,
      reasons: ['an older copy', expect.stringMatching(/^nothing outside/)],
    });
  });

  it('goes on without anchors, and calls for an operator', () => {
    const { ready, reasons } = readinessOf({
      ...HEALTHY,
      anchorAlarms: ['closed', 'runway-7-days'],
    });
    expect(ready).toBe(true);
    expect(reasons).toContainEqual(expect.stringMatching(/^the chain of anchors has ended/));
    expect(reasons).toContainEqual(expect.stringMatching(/less than 7 days$/));
  });

  it('goes on without views, and says so', () => {
    const { ready, reasons } = readinessOf({ ...HEALTHY, viewsFailure: 'views failed' });
    expect(ready).toBe(true);
    expect(reasons).toContain('views failed');
  });

  it('says what is worth knowing while the node is ready, and names no ledger', () => {
    const { ready, reasons } = readinessOf({
      ...HEALTHY,
      isDevelopment: true,
      isAnchoredOutside: false,
      recovery: { tornBytes: 12, logs: [{ origin: 'x/y/geheim', appended: 3, applied: 4 }] },
      backlog: 5,
      anchoringFailures: 2,
    });
    expect(ready).toBe(true);
    expect(reasons).toEqual([
      expect.stringMatching(/^development: /),
      expect.stringMatching(/^nothing outside this machine remembers what was shown$/),
      expect.stringMatching(/3 blocks in 1 logs made good, 12 bytes/),
      expect.stringMatching(/failed 2 times/),
      expect.stringMatching(/5 entries wait/),
    ]);
    expect(reasons.join()).not.toContain('geheim');
  });
});
