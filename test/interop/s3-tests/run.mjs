/**
 * Runs the selected tests of a checkout of ceph/s3-tests against a node of its own, and compares what fails with
 * `expected-failures.json`. Exits with 1 if a test failed that should pass, or passed that is said to fail.
 *
 *   node test/interop/s3-tests/run.mjs CHECKOUT [--python PROGRAM] [--keep] [-k EXPRESSION]
 *
 * The suite is not part of this tree: `git clone https://github.com/ceph/s3-tests`. Its requirements are in its
 * requirements.txt; `--python` names an interpreter that has them. `-k` is pytest's: some of the tests only.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { configuration } from './configuration.mjs';
import { startNode } from './node-under-test.mjs';
import { readOutcome, report } from './outcomes.mjs';
import { MARKS, TEST_FILE } from './selection.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: 'python3' },
    keep: { type: 'boolean', default: false },
    k: { type: 'string', short: 'k' },
  },
});
const [checkout] = positionals;
if (checkout === undefined) {
  process.stderr.write('name the checkout of ceph/s3-tests\n');
  process.exit(2);
}

const expected = JSON.parse(
  await readFile(new URL('./expected-failures.json', import.meta.url), 'utf8'),
);
const commit = spawnSync('git', ['-C', checkout, 'rev-parse', 'HEAD'], { encoding: 'utf8' });
const node = await startNode();
try {
  const conf = join(node.directory, 's3tests.conf');
  await writeFile(conf, configuration(node));
  const outcomes = await runPytest(conf, join(node.directory, 'pytest.log'));
  process.stdout.write(`ceph/s3-tests ${commit.stdout.trim()}\n\n`);
  process.exitCode = report(outcomes, expected, values.k === undefined, process.stdout) ? 0 : 1;
} finally {
  if (values.keep) {
    await copyFile(join(node.directory, 'pytest.log'), 's3-tests.pytest.log');
    await copyFile(node.log, 's3-tests.node.log');
  }
  await node.stop();
}

/** @returns {Promise<Map<string, string>>} by test id, without the file */
async function runPytest(conf, log) {
  const options = ['-m', MARKS, '-v', '--tb=short', '-p', 'no:cacheprovider'];
  if (values.k !== undefined) options.push('-k', values.k);
  const pytest = spawn(values.python, ['-m', 'pytest', TEST_FILE, ...options], {
    cwd: checkout,
    // A byte-code cache would be written into the checkout; proxies and profiles of whoever runs this do not count.
    env: {
      PATH: process.env.PATH,
      HOME: node.directory,
      S3TEST_CONF: conf,
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const outcomes = new Map();
  const sink = createWriteStream(log);
  const ended = new Promise((resolve) => pytest.once('exit', resolve));
  for await (const line of createInterface({ input: pytest.stdout })) {
    sink.write(`${line}\n`);
    const outcome = readOutcome(line);
    if (outcome === null) continue;
    const [id, result] = outcome;
    // A test that passed and could not clean up behind itself has failed.
    if (outcomes.get(id) !== 'FAILED') outcomes.set(id, result);
    if (result === 'FAILED') process.stderr.write(`failed: ${id}\n`);
  }
  const code = await ended;
  await new Promise((resolve) => sink.end(resolve));
  // 0: all passed; 1: some failed. Anything else is no verdict.
  if (code !== 0 && code !== 1) throw new Error(`pytest ended with ${code}: see its output`);
  return outcomes;
}
