/** At most so many at once for each host, and at most so many waiting: a slow host is no reason to pile up. */
import { OutboundError } from '../outbound-error.js';

interface Host {
  running: number;
  readonly waiting: Set<() => void>;
}

export class HostSlots {
  readonly #hosts = new Map<string, Host>();
  readonly #atOnce: number;
  readonly #waiting: number;

  constructor({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }) {
    this.#atOnce = atOnce;
    this.#waiting = waiting;
  }

  /** @throws OutboundError OUTBOUND_BUSY; the signal's reason, if it ends the wait. */
  async use<T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const host = this.#hosts.get(name) ?? { running: 0, waiting: new Set() };
    this.#hosts.set(name, host);
    if (host.running < this.#atOnce) host.running++;
    else await this.#wait(host, signal);
    try {
      return await act();
    } finally {
      this.#leave(name, host);
    }
  }

  /** Resolves with the place of whoever left, so that `running` stays as it is. */
  #wait(host: Host, signal: AbortSignal): Promise<void> {
    if (host.waiting.size >= this.#waiting)
      throw new OutboundError(
        'OUTBOUND_BUSY',
        'too many requests to one host wait already: try again later',
      );
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        host.waiting.delete(enter);
        reject(signal.reason as Error);
      };
      host.waiting.add(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leave(name: string, host: Host): void {
    const [next] = host.waiting;
    if (next !== undefined) {
      host.waiting.delete(next);
      next();
      return;
    }
    host.running--;
    // What names there are is for strangers to say: none is kept for longer than it is used.
    if (host.running === 0) this.#hosts.delete(name);
  }
}
