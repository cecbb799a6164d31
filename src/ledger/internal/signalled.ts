/** Waiting for what may never come, for as long as a signal allows. */
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';

/** Resolves with the next event of that name. @throws what `signal` was aborted with. */
export async function signalled(
  source: EventEmitter,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await orAborted(once(source, name, { signal }), signal);
}

/** @throws what `signal` was aborted with, if that comes first. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
