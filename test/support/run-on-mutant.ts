/**
 * Runs a suite, as it stands, on a mutant instead of the product: in a jest of its own, in which `src/`
 * is the mutant's `dist/` and every process that is started is the mutant's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.js';

export interface SuiteToRun {
  /** From the project's root. */
  readonly file: string;
  /** So many of its cases, from the first; see `caseNumbers`. */
  readonly cases: number;
  /** Only tests with this in their name. */
  readonly tests?: string;
}

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** Of what failed. */
  readonly messages: string;
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const RESOLVER = fileURLToPath(new URL('product-resolver.cjs', import.meta.url));

/** @throws Error if the suite cannot be run at all, or not to its end: that shows nothing. */
export async function runOnMutant(mutant: Mutant, suite: SuiteToRun): Promise<Verdict> {
  const results = join(mutant.root, 'results.json');
  const argv = [
    ...['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
    ...['--config', configOf(suite), '--resolver', RESOLVER],
    ...['--json', '--outputFile', results, '--runTestsByPath', suite.file],
    ...(suite.tests === undefined ? [] : ['--testNamePattern', suite.tests]),
  ];
  const child = spawn(process.execPath, argv, {
    cwd: PROJECT,
    env: {
      ...process.env,
      ...{ NODE_OPTIONS: '', SUITE: '' },
      ...{ PRODUCT_ROOT: mutant.root, FROM: '0', TO: String(suite.cases) },
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  const found = JSON.parse(await readFile(results, 'utf8')) as JestResults;
  const { numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites } = found;
  if (numRuntimeErrorTestSuites > 0 || passed + failed === 0)
    throw new Error(`${suite.file} cannot be run on the mutant: ${said}`);
  const messages = found.testResults.map(({ message }) => message).join('\n');
  if (messages.includes('Exceeded timeout')) throw new Error(`${suite.file} took too long`);
  return { passed, failed, messages };
}

interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly message: string }[];
}

function configOf({ file }: SuiteToRun): string {
  return file.startsWith('test/interop/') ? 'test/interop/jest.config.mjs' : 'jest.config.mjs';
}
