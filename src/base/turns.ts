/** One thing at a time, in the order asked for; one that fails does not hold up the next. */
export class Turns {
  /** The end of the last thing asked for. Never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  take<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act);
    this.#last = Promise.allSettled([done]);
    return done;
  }
}
