/** Waiting, handed in: tests move it by hand. Monotonic, because wall clocks are set while links stand. */

export interface Timers {
  /** Milliseconds from any beginning; never go back. */
  now(): number;
  /** Calls once. @returns what calls it off. */
  after(millis: number, call: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (millis, call) => {
    const timer = setTimeout(call, millis);
    return () => {
      clearTimeout(timer);
    };
  },
};
