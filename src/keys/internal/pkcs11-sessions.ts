/**
 * Sessions of a token, each for one operation at a time: a second one on the same session is
 * CKR_OPERATION_ACTIVE, and in some modules the end of the process.
 */
import { assert } from '../../base/errors.js';

export class SessionPool<Session> {
  readonly #free: Session[];
  readonly #waiting: ((session: Session) => void)[] = [];

  constructor(sessions: readonly Session[]) {
    assert(sessions.length > 0, 'at least one session');
    this.#free = [...sessions];
  }

  async use<T>(act: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      return await act(session);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(session);
      else next(session);
    }
  }

  #take(): Promise<Session> {
    const session = this.#free.pop();
    if (session !== undefined) return Promise.resolve(session);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
