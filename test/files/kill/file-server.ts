/** Something that serves files in a process of its own, and can be killed: drives themselves, REST, S3. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { productRoot } from '../../support/product.js';

/** Each is acknowledged when it returns; rejects where the process died before it said so. */
export interface FileServer {
  /** It takes requests; those that came before wait. */
  readonly ready: Promise<void>;
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** @returns an id. */
  begin(path: string): Promise<string>;
  part(upload: string, number: number, bytes: Uint8Array): Promise<void>;
  complete(upload: string, numbers: readonly number[]): Promise<void>;
  delete(path: string): Promise<void>;
  /** By SIGKILL; returns when it is dead. */
  kill(): Promise<void>;
}

/** @param root with or without `data` and `data.keys` of an earlier one; its drive is `passports` of the tenant `default`. */
export type StartFileServer = (root: string) => Promise<FileServer>;

const PROCESS = fileURLToPath(new URL('drives-process.mjs', import.meta.url));

export const startDrivesProcess: StartFileServer = (root) => {
  const child = spawn(process.execPath, [PROCESS, root], {
    env: { ...process.env, PRODUCT_ROOT: productRoot, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return Promise.resolve(new DrivesProcess(child));
};

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (cause: Error) => void;
}

class DrivesProcess implements FileServer {
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  #isReady: () => void = () => undefined;
  #isDead = false;
  #next = 1;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close');
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
    // It may die while something is written to it.
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#take(line);
      });
    void this.#ended.then(() => {
      this.#isDead = true;
      this.#isReady();
      for (const { reject } of this.#waiting.values()) reject(new Error('killed'));
    });
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await this.#ask('put', { path, bytes: base64(bytes) });
  }

  async begin(path: string): Promise<string> {
    return String(await this.#ask('begin', { path }));
  }

  async part(upload: string, number: number, bytes: Uint8Array): Promise<void> {
    await this.#ask('part', { upload, number, bytes: base64(bytes) });
  }

  async complete(upload: string, numbers: readonly number[]): Promise<void> {
    await this.#ask('complete', { upload, numbers });
  }

  async delete(path: string): Promise<void> {
    await this.#ask('delete', { path });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #ask(act: string, request: object): Promise<unknown> {
    const id = this.#next++;
    if (this.#isDead) return Promise.reject(new Error('killed'));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ id, act, ...request })}\n`);
    });
  }

  #take(line: string): void {
    // The last line of one that was killed may be half of one.
    const said = parsed(line);
    if (said === null) return;
    if (said.id === 0) this.#isReady();
    const waiting = this.#waiting.get(said.id);
    this.#waiting.delete(said.id);
    if (said.error === undefined) waiting?.resolve(said.answer);
    else waiting?.reject(new Error(`refused: ${said.error}`));
  }
}

function parsed(line: string): { id: number; answer?: unknown; error?: string } | null {
  try {
    return JSON.parse(line) as { id: number };
  } catch {
    return null;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
