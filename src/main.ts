/** The process: its arguments, its standard streams, its exit code. */
import { run } from './cli/program.js';
import type { ExitCode } from './cli/terminal.js';
import { keepPoolAwake } from './pool-wake.js';

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const rest = keepPoolAwake();
  try {
    return await run(argv, {
      stdout: (text) => process.stdout.write(text),
      stderr: (text) => process.stderr.write(text),
      isInteractive: process.stderr.isTTY,
      stdin: process.stdin,
      env: process.env,
    });
  } finally {
    rest();
  }
}
