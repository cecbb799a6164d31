import { Readable } from 'node:stream';
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
  let stdout = '';
  let stderr = '';
  const code = await run(argv, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isInteractive: false,
    stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    env,
  });
  return { code, stdout, stderr };
}
