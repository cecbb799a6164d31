import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../../src/cli/program.js';
import type { ExitCode } from '../../../src/cli/terminal.js';

export interface CliResult {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program with these arguments, on a terminal that nobody looks at. */
export async function runCli(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = '',
): Promise<CliResult> {
  // It starts threads, whose programs are there only once they are built.
  if (argv[0] === 'serve') return runBuilt(argv, env);
  let stdout = '';
  let stderr = '';
  const code = await run(argv, {
    stdout: (chunk) => {
      stdout += chunk;
    },
    stderr: (chunk) => {
      stderr += chunk;
    },
    isInteractive: false,
    stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    env,
  });
  return { code, stdout, stderr };
}

async function runBuilt(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<CliResult> {
  const child = spawn(process.execPath, ['bin/chirograph.js', ...argv], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [ExitCode];
  return { code, stdout, stderr };
}
