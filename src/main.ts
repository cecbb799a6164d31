/** The process: its arguments, its standard streams, its exit code. */
import { once } from 'node:events';
import { systemErrorCode } from './base/system-error.js';
import { run } from './cli/program.js';
import type { ExitCode } from './cli/terminal.js';
import { keepPoolAwake } from './pool-wake.js';

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const rest = keepPoolAwake();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader);
  try {
    return await run(argv, {
      stdout: (text) => process.stdout.write(text),
      content: (bytes) => writeContent(bytes),
      stderr: (text) => process.stderr.write(text),
      isInteractive: process.stderr.isTTY,
      stdin: process.stdin,
      env: process.env,
    });
  } finally {
    rest();
  }
}

/** What a process ends with that SIGPIPE ends: Node ignores that signal. */
const BROKEN_PIPE = 141;

/** Whoever was reading has gone, as `head` does once it has its lines. */
function endWithReader(error: Error): void {
  if (systemErrorCode(error) !== 'EPIPE') throw error;
  process.exit(BROKEN_PIPE);
}

/** Takes no more than whoever reads it does. */
async function writeContent(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}
