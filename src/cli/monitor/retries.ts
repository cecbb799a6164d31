/** Trying again where a network may have failed, waiting twice as long each time. */
import { CliError } from '../cli-error.js';

export interface Retries {
  /** After the first attempt. */
  readonly count: number;
  readonly wait: (millis: number) => Promise<void>;
}

const FIRST_WAIT_MILLIS = 500;
const LONGEST_WAIT_MILLIS = 30_000;

/** @throws what `act` throws at last; of anything but an unreachable node, at once. */
export async function withRetries<T>({ count, wait }: Retries, act: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await act();
    } catch (cause) {
      const isNetwork = cause instanceof CliError && cause.code === 'CLI_NODE_UNREACHABLE';
      if (!isNetwork || attempt >= count) throw cause;
    }
    await wait(Math.min(FIRST_WAIT_MILLIS * 2 ** attempt, LONGEST_WAIT_MILLIS));
  }
}
