/**
 * Turns by name, of two kinds: what is shared goes on beside others of its kind, what is alone waits for all
 * before it and holds up all after it. In the order asked for, so nobody waits for ever.
 */
interface Queue {
  /** The end of the last that was alone. Never rejects. */
  alone: Promise<unknown>;
  /** The ends of those that have shared since. */
  shared: Promise<unknown>[];
  /** That have not ended: without any the name is forgotten. */
  open: number;
}

export class SharedTurns {
  readonly #queues = new Map<string, Queue>();

  share<T>(name: string, act: () => Promise<T>): Promise<T> {
    const queue = this.#queue(name);
    const done = queue.alone.then(act);
    queue.shared.push(this.#ended(name, queue, done));
    return done;
  }

  alone<T>(name: string, act: () => Promise<T>): Promise<T> {
    const queue = this.#queue(name);
    const before = Promise.all([queue.alone, ...queue.shared]);
    const done = before.then(act);
    queue.shared = [];
    queue.alone = this.#ended(name, queue, done);
    return done;
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name) ?? { alone: Promise.resolve(), shared: [], open: 0 };
    queue.open++;
    this.#queues.set(name, queue);
    return queue;
  }

  async #ended(name: string, queue: Queue, done: Promise<unknown>): Promise<void> {
    await Promise.allSettled([done]);
    if (--queue.open === 0) this.#queues.delete(name);
  }
}
