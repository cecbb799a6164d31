/** A program under strace, as the one who drives it sees it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { INTERPRETED_CALLS } from './call-interpreter.js';
import { RecordingError } from './trace.js';

export interface ProgramToRun {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly workingDirectory: string;
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Longer than any one write: strace would cut a longer string short, and the recorder refuse it. */
const LONGEST_STRING = 128 * 1024 * 1024;

export class RunningProgram {
  readonly #child: ChildProcess;
  readonly #over: Promise<unknown>;
  #output = '';
  #errors = '';

  private constructor(child: ChildProcess, over: Promise<unknown>) {
    this.#child = child;
    this.#over = over;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString('utf8')));
    child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString('utf8')));
  }

  static async start(program: ProgramToRun, log: string): Promise<RunningProgram> {
    const child = spawn(
      'strace',
      [
        // The tracer is a grandchild, so that the child is the program itself and gets its signals.
        '--daemonize',
        '--follow-forks',
        // Stop the program only at calls that are recorded.
        '--seccomp-bpf',
        '--strings-in-hex=all',
        `--string-limit=${LONGEST_STRING}`,
        // What goes through io_uring is seen by nobody; without it libuv and RocksDB use plain calls.
        '--inject=io_uring_setup:error=ENOSYS',
        // A question mark: not every machine has every one of them.
        `--trace=?io_uring_setup,${INTERPRETED_CALLS.map((name) => `?${name}`).join(',')}`,
        '--signal=none',
        `--output=${log}`,
        '--',
        program.command,
        ...program.arguments,
      ],
      {
        cwd: program.workingDirectory,
        env: program.environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    // The tracer holds standard error open, so `close` comes only when its log is complete.
    const over = new Promise((resolve) => child.once('close', resolve));
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new RecordingError('strace cannot be run: install it (apt-get install strace)', {
        cause,
      });
    }
    return new RunningProgram(child, over);
  }

  get standardOutput(): string {
    return this.#output;
  }

  get standardError(): string {
    return this.#errors;
  }

  /** The first match in standard output, as soon as it is there. @throws RecordingError if the program ends before. */
  output(pattern: RegExp): Promise<RegExpExecArray> {
    const { stdout } = this.#child;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        stdout?.off('data', look);
        this.#child.off('close', giveUp);
      };
      const look = (): void => {
        const match = pattern.exec(this.#output);
        if (match === null) return;
        stop();
        resolve(match);
      };
      const giveUp = (): void => {
        stop();
        const errors = this.#errors;
        reject(new RecordingError(`the program ended before it said ${pattern.source}: ${errors}`));
      };
      stdout?.on('data', look);
      this.#child.on('close', giveUp);
      look();
    });
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** Resolves when the program has ended and everything it did has been written down. */
  async ended(): Promise<void> {
    await this.#over;
  }
}
