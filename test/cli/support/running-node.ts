import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { program } from '../../support/product.js';

export interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** `serve` of the built program as a process of its own; what it logs is kept line by line. */
export class RunningNode {
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #stderr = '';

  /**
   * @param wrap a program and its arguments to run it under.
   * @param entry the built program.
   */
  constructor(
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
    wrap: readonly string[] = [],
    entry = program,
  ) {
    const [command = '', ...rest] = [...wrap, process.execPath, entry, ...argv];
    const child = spawn(command, rest, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.log.push(JSON.parse(line) as LogLine);
      for (const wake of this.#waiting) wake();
    });
    this.#ended = new Promise((resolve) => child.on('close', resolve));
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The first line with this event. */
  async until(event: string): Promise<LogLine> {
    for (;;) {
      const line = this.log.find((one) => one.event === event);
      if (line !== undefined) return line;
      await new Promise<void>((resolve, reject) => {
        this.#waiting.add(resolve);
        void this.#ended.then(() => {
          reject(new Error(`it ended before "${event}": ${this.#stderr}`));
        });
      });
    }
  }

  async url(): Promise<string> {
    return String((await this.until('listening'))['url']);
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGHUP'): void {
    this.#child.kill(name);
  }

  /** Its exit code. */
  ended(): Promise<number | null> {
    return this.#ended;
  }
}
