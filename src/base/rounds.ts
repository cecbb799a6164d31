/** Work in rounds, one at a time: whoever asks while one is under way gets another right behind it. */
export class Rounds {
  readonly #round: () => Promise<void>;
  readonly #stopping = new AbortController();
  #isAsked = false;
  #running: Promise<void> | null = null;

  /** @param round looks after its own failures: it does not reject. */
  constructor(round: () => Promise<void>) {
    this.#round = round;
  }

  /** Aborted by `stop`: for what a round waits for outside. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  begin(): void {
    this.#isAsked = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Resolves when the round under way has ended; there is none after it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isAsked && !this.signal.aborted) {
      this.#isAsked = false;
      await this.#round();
    }
    this.#running = null;
  }
}
