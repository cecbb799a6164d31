/**
 * Work on files and much of crypto waits for a pool of threads. Before 2.41 the condition variables of glibc may lose
 * a wake-up (its bug 25847): all threads then sleep beside the work until other work comes. A node that writes has
 * more to do soon; one that is stopping, or a command that waits for its last write, would wait for ever.
 */
import { access } from 'node:fs/promises';

const EVERY_MILLIS = 1_000;

/** Gives the pool something to do each second, which wakes it. @returns what ends that. */
export function keepPoolAwake(
  ask: () => Promise<unknown> = () => access('.'),
  every: (call: () => void, millis: number) => NodeJS.Timeout = setInterval,
): () => void {
  const timer = every(() => {
    // Whatever comes of it: that it was asked is all.
    ask().catch(() => undefined);
  }, EVERY_MILLIS);
  // It keeps no process that has nothing else to wait for.
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
