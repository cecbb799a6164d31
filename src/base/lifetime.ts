/** Closes in reverse what was opened; Node 20 has no `AsyncDisposableStack` yet. */
export class Lifetime {
  readonly #closers: (() => Promise<unknown>)[] = [];

  /** What was opened is closed by `close`, before what was opened before it. */
  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  /** One that cannot be closed does not keep the others open. @throws the first failure. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
