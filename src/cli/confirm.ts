/** Before a key signs that signs once in years: those present say that they have read what it signs. */
import { utf8ToString } from '../base/bytes.js';
import { CliError } from './cli-error.js';
import type { Terminal } from './terminal.js';

/** @throws CliError CLI_USAGE unless somebody answers `yes`. */
export async function confirmSigning({ isInteractive, stdin, stderr }: Terminal): Promise<void> {
  if (!isInteractive) throw notConfirmed('--yes is needed where nobody can be asked');
  stderr('Sign this? Type yes: ');
  for await (const bytes of stdin) {
    if (utf8ToString(bytes).trim() === 'yes') return;
    break;
  }
  throw notConfirmed('nothing was signed');
}

function notConfirmed(why: string): CliError {
  return new CliError('CLI_USAGE', why);
}
