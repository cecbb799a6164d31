/** The process: its arguments, its standard streams, its exit code. */
import { run } from './cli/program.js';
import type { ExitCode } from './cli/terminal.js';

export function main(argv: readonly string[]): Promise<ExitCode> {
  return run(argv, {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    isInteractive: process.stderr.isTTY,
    stdin: process.stdin,
    env: process.env,
  });
}
