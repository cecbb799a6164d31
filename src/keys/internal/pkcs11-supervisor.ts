/**
 * The node's end of the process that a PKCS#11 module runs in. It keeps one alive, though it may crash or
 * stop answering at any time: it is then replaced, and what it had not answered is asked of the next one,
 * once. A second signature over the same bytes does no harm; a missing one may stop a business.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { assert } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import { systemErrorCode } from '../../base/system-error.js';
import { KeysError } from '../keys-error.js';
import {
  type OpenToken,
  parseFromToken,
  type SignWithToken,
  type TokenAlgorithm,
  type TokenOpened,
  type ToToken,
} from './pkcs11-messages.js';

export interface SupervisorOptions {
  readonly open: Omit<OpenToken, 'pin'>;
  /** Null for a PIN pad. */
  readonly pin: Secret | null;
  /** Program of the process. */
  readonly entry: URL;
  /** For one answer; also for a place in the process, and for the process to open its token. */
  readonly timeoutMillis: number;
  /** Signatures that may be waited for at a time. */
  readonly maxWaiting: number;
  /** Pause before a process is started that follows one which did nothing; doubles each time. */
  readonly firstPauseMillis: number;
  readonly longestPauseMillis: number;
  /** Told why a process ended that was not told to. Not to be shown to clients. */
  readonly onCrash: (cause: unknown) => void;
}

interface Request {
  readonly message: SignWithToken;
  readonly resolve: (value: Uint8Array) => void;
  readonly reject: (error: KeysError) => void;
  /** Processes that ended, or did not open, while it waited. */
  failures: number;
  isSent: boolean;
  timer: NodeJS.Timeout;
}

const MAX_FAILURES = 2;
const STOP_MILLIS = 2_000;

export class Pkcs11Supervisor {
  readonly #options: SupervisorOptions;
  /** In the order they were asked for. */
  readonly #requests = new Map<number, Request>();
  #child: ChildProcess | null = null;
  #state: 'opening' | 'open' | 'failing' = 'opening';
  #lastId = 0;
  #isClosing = false;
  #onIdle: (() => void) | null = null;
  /** Why nothing is tried any more. */
  #refusal: KeysError | null = null;
  /** What the last process said before it ended. */
  #lastFailure: KeysError | null = null;
  /** Processes in a row that answered nothing. */
  #barren = 0;
  #restart: NodeJS.Timeout | undefined;
  /** Whoever waits for the first process. */
  #first: {
    readonly resolve: (opened: TokenOpened) => void;
    readonly reject: (error: KeysError) => void;
  } | null = null;

  private constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /**
   * Starts the first process. One that does not open its token is not tried again: the operator is there.
   *
   * @throws KeysError KEYS_TOKEN_MODULE, KEYS_TOKEN_PIN_REFUSED, KEYS_TOKEN_KEY_UNKNOWN,
   * KEYS_TOKEN_UNAVAILABLE.
   */
  static async start(
    options: SupervisorOptions,
  ): Promise<{ supervisor: Pkcs11Supervisor; opened: TokenOpened }> {
    const supervisor = new Pkcs11Supervisor(options);
    const opened = await new Promise<TokenOpened>((resolve, reject) => {
      supervisor.#first = { resolve, reject };
      supervisor.#start();
    });
    return { supervisor, opened };
  }

  /**
   * @throws KeysError KEYS_TOKEN_BUSY, KEYS_TOKEN_UNAVAILABLE; KEYS_TOKEN_PIN_REFUSED once the token has
   * refused it.
   */
  sign(algorithm: TokenAlgorithm, toBeSigned: Uint8Array): Promise<Uint8Array> {
    if (this.#isClosing) return Promise.reject(unavailable('the node is stopping'));
    if (this.#refusal !== null) return Promise.reject(this.#refusal);
    if (this.#requests.size >= this.#options.maxWaiting)
      return Promise.reject(
        new KeysError('KEYS_TOKEN_BUSY', 'too many signatures are waited for: try again'),
      );
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#requests.set(id, {
        message: { kind: 'sign', id, algorithm, toBeSigned },
        resolve,
        reject,
        failures: 0,
        isSent: false,
        timer: this.#timer(id),
      });
      this.#send();
    });
  }

  /** Waits for what is asked for, each no longer than its time; takes nothing more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#requests.size > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    tell(child, { kind: 'close' });
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLIS);
    await exited;
    clearTimeout(timer);
  }

  #start(): void {
    const { entry, open, pin, timeoutMillis } = this.#options;
    const child = fork(entry, {
      serialization: 'advanced',
      execArgv: [],
      env: surroundings(open.sessions),
      // A module may print what it likes, and stdout is the node's log.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    this.#state = 'opening';
    this.#lastFailure = null;
    const opening = setTimeout(() => {
      this.#lastFailure = unavailable('the token does not open in time');
      child.kill('SIGKILL');
    }, timeoutMillis);
    child.on('message', (message: unknown) => {
      if (this.#child === child) this.#receive(child, message, opening);
    });
    let hasEnded = false;
    const end = (how: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(opening);
      this.#ended(new Error(`the process of the token ended (${how})`));
    };
    child.once('exit', (code, signal) => {
      end(signal ?? String(code));
    });
    // Where something cannot be sent, `exit` follows; but not where there never was a process.
    child.on('error', (error) => {
      if (child.pid === undefined) end(systemErrorCode(error) ?? 'it could not be started');
    });
    tell(child, { ...open, pin: pin === null ? null : pin.reveal() });
  }

  #receive(child: ChildProcess, unparsed: unknown, opening: NodeJS.Timeout): void {
    const message = parseFromToken(unparsed);
    switch (message?.kind) {
      case 'opened':
        clearTimeout(opening);
        this.#state = 'open';
        this.#first?.resolve(message);
        this.#first = null;
        this.#send();
        return;
      case 'signed':
        this.#barren = 0;
        this.#take(message.id)?.resolve(message.value);
        this.#send();
        return;
      case 'failed':
        this.#lastFailure = new KeysError(message.code, message.message);
        if (this.#state === 'open') this.#state = 'failing';
        return;
      case undefined:
        this.#lastFailure = unavailable('the process of the token answers what cannot be');
        child.kill('SIGKILL');
    }
  }

  /** As many as there are sessions; what waits longer than its time need not be asked for any more. */
  #send(): void {
    const child = this.#child;
    if (child === null || this.#state !== 'open') return;
    let free = this.#options.open.sessions;
    for (const { isSent } of this.#requests.values()) if (isSent) free--;
    for (const [id, request] of this.#requests) {
      if (free <= 0) return;
      if (request.isSent) continue;
      free--;
      request.isSent = true;
      clearTimeout(request.timer);
      request.timer = this.#timer(id);
      tell(child, request.message);
    }
  }

  #timer(id: number): NodeJS.Timeout {
    return setTimeout(() => {
      const request = this.#take(id);
      if (request === undefined) return;
      request.reject(this.#lastFailure ?? unavailable('the token does not answer in time'));
      // A session that hangs comes back with nothing but another process.
      if (request.isSent) this.#child?.kill('SIGKILL');
    }, this.#options.timeoutMillis);
  }

  #ended(cause: Error): void {
    this.#child = null;
    const failure = this.#lastFailure ?? unavailable(cause.message);
    if (this.#first !== null) {
      this.#first.reject(failure);
      return;
    }
    if (this.#isClosing && this.#requests.size === 0) return;
    this.#options.onCrash(this.#lastFailure ?? cause);
    if (failure.code === 'KEYS_TOKEN_PIN_REFUSED') {
      this.#refusal = failure;
      this.#rejectAll(failure, 0);
      return;
    }
    const hadOpened = this.#state !== 'opening';
    for (const request of this.#requests.values()) {
      // One that had not been sent to a process which worked has lost nothing with it.
      if (request.isSent || !hadOpened) request.failures++;
      request.isSent = false;
    }
    this.#rejectAll(failure, MAX_FAILURES);
    this.#startAgain();
  }

  #startAgain(): void {
    const { firstPauseMillis, longestPauseMillis } = this.#options;
    const pause =
      this.#barren === 0
        ? 0
        : Math.min(firstPauseMillis * 2 ** (this.#barren - 1), longestPauseMillis);
    this.#barren++;
    this.#restart = setTimeout(() => {
      if (!this.#isClosing || this.#requests.size > 0) this.#start();
    }, pause);
  }

  #rejectAll(failure: KeysError, minimumFailures: number): void {
    for (const [id, { failures }] of [...this.#requests])
      if (failures >= minimumFailures) this.#take(id)?.reject(failure);
  }

  #take(id: number): Request | undefined {
    const request = this.#requests.get(id);
    if (request === undefined) return undefined;
    clearTimeout(request.timer);
    this.#requests.delete(id);
    if (this.#requests.size === 0) this.#onIdle?.();
    return request;
  }
}

/** A process that ends while something is on its way to it is no error: `exit` follows. */
function tell(child: ChildProcess, message: ToToken): void {
  child.send(message, () => undefined);
}

/**
 * Modules are configured by variables of their own; those of the node hold secrets that are none of a
 * module's business. Signing takes a thread of libuv's pool a session.
 */
function surroundings(sessions: number): NodeJS.ProcessEnv {
  assert(sessions > 0, 'at least one session');
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('CHIROGRAPH_') && name !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(own), UV_THREADPOOL_SIZE: String(Math.max(4, sessions)) };
}

function unavailable(reason: string): KeysError {
  return new KeysError('KEYS_TOKEN_UNAVAILABLE', `no signature of the token: ${reason}; try again`);
}
