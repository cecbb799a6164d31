/**
 * A thousand ways to show two readers two histories, with real signatures and real tiles: each is caught by
 * whoever compares, with a proof that a third party verifies alone. And as many honest logs: none is accused.
 */
import { describe, expect, it } from '@jest/globals';
import { findDivergence } from '../../../src/evidence/misbehaviour/find-divergence.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST, type Trust } from '../../../src/evidence/trust.js';
import { caseNumbers, report, timeLimit } from '../../support/suite.js';
import { honest, scenario } from './support/attacks.js';
import { LOG_KEY } from './support/history.js';

const TOTAL = 1_200;
const LOG = { key: LOG_KEY.key };
const TRUST: Trust = { ...NO_TRUST, logs: [LOG_KEY.key] };

describe('a split view', () => {
  it(
    'is caught in every scenario, with a proof that verifies',
    async () => {
      const missed: string[] = [];
      // All of them, in `npm test` too: a scenario takes milliseconds.
      for (const number of caseNumbers(TOTAL, TOTAL)) {
        const { what, one, other, fork } = scenario(number);
        const divergence = await findDivergence(one, other, LOG);
        const isProven =
          divergence.kind === 'misbehaviour' &&
          divergence.firstDifference === fork &&
          verifyMisbehaviour(divergence.proof, TRUST).result === 'proven';
        if (!isProven) missed.push(`${number}: ${what}: ${divergence.kind}`);
        report(`${number} ${what}`);
      }
      expect(missed).toEqual([]);
    },
    Math.max(timeLimit, 300_000),
  );
});

describe('an honest log', () => {
  it(
    'is never accused, whatever two of its heads are compared',
    async () => {
      const accused: string[] = [];
      for (const number of caseNumbers(300, TOTAL)) {
        const { grown, a, b } = honest(number);
        for (const earlier of [grown.view(a), grown.headAlone(a)]) {
          const { kind } = await findDivergence(earlier, grown.view(b), LOG);
          if (kind !== 'consistent') accused.push(`${number}: ${a}, ${b}: ${kind}`);
        }
      }
      expect(accused).toEqual([]);
    },
    Math.max(timeLimit, 300_000),
  );
});
