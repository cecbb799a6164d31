import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MILLIS = 10;

/** For what sockets and other processes bring about, at a time of their own: looked for until it is so. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  withinMillis = 10_000,
): Promise<void> {
  const end = performance.now() + withinMillis;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it did not come to be: ${what}`);
    await delay(PAUSE_MILLIS);
  }
}
