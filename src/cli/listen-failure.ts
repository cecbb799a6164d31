/** A port that cannot be listened on is the operator's to choose, not a failure of the program. */
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';

/** @throws CliError CLI_USAGE in place of the system's own error; whatever else `open` throws. */
export async function orCannotListen<T>(
  { host, port }: { readonly host: string; readonly port: number },
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    const isListening =
      typeof cause === 'object' &&
      cause !== null &&
      'syscall' in cause &&
      cause.syscall === 'listen';
    if (!isListening) throw cause;
    const code = systemErrorCode(cause) ?? 'unknown cause';
    // A node may listen on others besides.
    const taken = 'port' in cause && typeof cause.port === 'number' ? cause.port : port;
    throw new CliError('CLI_USAGE', `cannot listen on ${host} port ${taken}: ${code}`, { cause });
  }
}
