/** The signals by which a process is asked to stop: the first politely, the second at once. */

export interface StopSignal {
  /** Resolves at the first one. */
  readonly received: Promise<string>;
  /** Gives the signals back their usual meaning. */
  dispose(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** As a shell reports it for a process that was interrupted. */
const INTERRUPTED = 130;

export function stopSignal(): StopSignal {
  let receive: (name: string) => void = () => undefined;
  const received = new Promise<string>((resolve) => {
    receive = resolve;
  });
  let isSecond = false;
  const onSignal = (name: string): void => {
    // Someone insists: what was acknowledged is safe, and the next start recovers the rest.
    if (isSecond) process.exit(INTERRUPTED);
    isSecond = true;
    receive(name);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    received,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
