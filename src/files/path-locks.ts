/** One change of a path at a time, in the order asked for; other paths go on beside it. */
export class PathLocks {
  /** Ends of what was asked for last, by path. None rejects. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** End of the last thing that held up all paths. Never rejects. */
  #whole: Promise<unknown> = Promise.resolve();

  /** Taken together, so that two who want the same paths never wait for each other. */
  take<T>(paths: readonly string[], act: () => Promise<T>): Promise<T> {
    const before = [this.#whole, ...paths.map((path) => this.#last.get(path) ?? NOTHING)];
    const done = Promise.all(before).then(act);
    const end = Promise.allSettled([done]);
    for (const path of paths) this.#hold(path, end);
    return done;
  }

  /** Nothing else is under way meanwhile. */
  takeAll<T>(act: () => Promise<T>): Promise<T> {
    const done = Promise.all([this.#whole, ...this.#last.values()]).then(act);
    this.#whole = Promise.allSettled([done]);
    return done;
  }

  #hold(path: string, end: Promise<unknown>): void {
    this.#last.set(path, end);
    void end.then(() => {
      if (this.#last.get(path) === end) this.#last.delete(path);
    });
  }
}

const NOTHING: Promise<unknown> = Promise.resolve();
