/** What the runner of ceph/s3-tests makes of outcomes: whatever is not as expected is told, and is no success. */
import { describe, expect, test } from '@jest/globals';
import { readOutcome, report } from '../../interop/s3-tests/outcomes.mjs';

const reported = (
  outcomes: Record<string, 'PASSED' | 'FAILED'>,
  expected: Record<string, string>,
  isWhole = true,
): { readonly isGood: boolean; readonly text: string } => {
  let text = '';
  const out = { write: (some: string) => (text += some) };
  const isGood = report(new Map(Object.entries(outcomes)), expected, isWhole, out);
  return { isGood, text };
};

describe('a run', () => {
  test('is good when what fails is what should', () => {
    const { isGood, text } = reported({ test_a: 'PASSED', test_b: 'FAILED' }, { test_b: 'why' });
    expect(isGood).toBe(true);
    expect(text).toContain('- test_b: why');
    expect(text).toContain('1 of 2 pass');
  });

  test.each([
    ['a test fails that should pass', { test_a: 'FAILED' }, {}],
    ['a test passes that is said to fail', { test_a: 'PASSED' }, { test_a: 'why' }],
    ['a test is not run that is said to fail', { test_a: 'PASSED' }, { test_b: 'why' }],
    ['no test is run', {}, {}],
  ] as const)('is not when %s', (_, outcomes, expected) => {
    expect(reported(outcomes, expected).isGood).toBe(false);
  });

  test('of some tests only says nothing of others', () => {
    expect(reported({ test_a: 'PASSED' }, { test_b: 'why' }, false).isGood).toBe(true);
  });
});

test.each([
  ['s3tests/functional/test_s3.py::test_a PASSED [ 1%]', ['test_a', 'PASSED']],
  ['s3tests/functional/test_s3.py::test_a FAILED [ 1%]', ['test_a', 'FAILED']],
  ['s3tests/functional/test_s3.py::test_a ERROR  [ 1%]', ['test_a', 'FAILED']],
  ['s3tests/functional/test_s3.py::test_a SKIPPED (why) [ 1%]', ['test_a', 'FAILED']],
  ['s3tests/functional/test_s3.py::test_a[x-1] PASSED [ 1%]', ['test_a[x-1]', 'PASSED']],
  ['===== 1 passed in 2 s =====', null],
])('of the line %s', (line, outcome) => {
  expect(readOutcome(line)).toEqual(outcome);
});
