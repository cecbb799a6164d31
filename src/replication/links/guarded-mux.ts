/**
 * Protomux between us and a peer that may be hostile: what comes is counted before anything reads it, and what a peer can
 * make it throw ends the link. As it is, Protomux throws exceptions of some kinds again where nobody can catch them, because
 * it takes them for mistakes of the program, and a peer can make it throw one: batches nested until the stack ends would end
 * the process. test/replication/links/guarded-mux.test.ts shows it.
 */
import type { Duplex } from 'node:stream';
import Protomux from 'protomux';

export interface MuxGuard {
  /** A whole message of the stream has come. False: it is not read, the guard has ended the link. */
  onFrame(bytes: number): boolean;
  /**
   * Ends the link.
   *
   * @param isRead while a message was read: Protomux, or who uses it, could make no sense of it. Otherwise something
   * failed later, and may have failed here.
   */
  onFailure(cause: unknown, isRead: boolean): void;
}

export class GuardedMux extends Protomux {
  readonly #guard: MuxGuard;
  #isReading = false;

  constructor(stream: Duplex, guard: MuxGuard) {
    super(stream);
    this.#guard = guard;
  }

  protected override _ondata(frame: Uint8Array): void {
    if (!this.#guard.onFrame(frame.length)) return;
    this.#isReading = true;
    super._ondata(frame);
    this.#isReading = false;
  }

  protected override _safeDestroy(cause: unknown): void {
    this.#guard.onFailure(cause, this.#isReading);
    this.destroy();
  }
}
