/** What pytest says, and what that means beside what was expected. */
import { GROUP_NAMES, groupOf } from './selection.mjs';

/** @returns {[string, 'PASSED' | 'FAILED'] | null} of a line of `pytest -v`; a test that was skipped has not passed */
export function readOutcome(line) {
  const [, id, word] =
    /::(\S+(?:\[.*\])?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b/.exec(line) ?? [];
  if (id === undefined) return null;
  return [id, word === 'PASSED' ? 'PASSED' : 'FAILED'];
}

/**
 * Prints the table, and what fails and why.
 * @param {Map<string, string>} outcomes
 * @param {Record<string, string>} expected reasons, by the name of the test
 * @param {boolean} isWhole whether all that is selected was run
 * @returns {boolean} whether all is as expected
 */
export function report(outcomes, expected, isWhole, out) {
  const failed = [...outcomes].filter(([, result]) => result === 'FAILED').map(([id]) => id);
  const passed = [...outcomes].filter(([, result]) => result === 'PASSED').map(([id]) => id);
  const surprises = [
    ...failed.filter((id) => !(id in expected)).map((id) => `${id}: failed, and should pass`),
    ...passed.filter((id) => id in expected).map((id) => `${id}: passes, and is said to fail`),
    ...(isWhole
      ? Object.keys(expected)
          .filter((id) => !outcomes.has(id))
          .map((id) => `${id}: is said to fail, and was not run`)
      : []),
  ];
  if (outcomes.size === 0) surprises.push('no test was run');
  out.write(`${table(outcomes)}\n`);
  for (const id of failed) out.write(`- ${id}: ${expected[id] ?? 'UNEXPECTED'}\n`);
  out.write(`\n${passed.length} of ${outcomes.size} pass\n`);
  for (const surprise of surprises) out.write(`! ${surprise}\n`);
  return surprises.length === 0;
}

function table(outcomes) {
  const rows = GROUP_NAMES.map((group) => {
    const ids = [...outcomes.keys()].filter((id) => groupOf(id) === group);
    const passing = ids.filter((id) => outcomes.get(id) === 'PASSED');
    return `| ${group} | ${passing.length} of ${ids.length} |`;
  });
  return ['| tests | pass |', '| --- | --- |', ...rows, ''].join('\n');
}
