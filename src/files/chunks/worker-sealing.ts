/**
 * Seals content in a thread of its own: hashing and sealing take as long as writing, and both then go on beside each other.
 * The thread is started with the first content, and again after it has failed.
 */
import { Worker } from 'node:worker_threads';
import { FilesError } from '../files-error.js';
import type { ContentDigests, SealedPieces, SealerOptions } from './content-sealer.js';
import { type SealingAnswer, type SealingRequest, unpackPieces } from './sealing-messages.js';
import type { Sealing, SealingPort } from './sealing.js';

export interface WorkerSealingOptions {
  /** Told why the thread ended, when it was not told to. */
  readonly onCrash: (cause: unknown) => void;
  /** The thread's program; tests, which run from source, name the built one. */
  readonly entry?: URL;
}

const ENTRY = new URL('./sealing-worker.js', import.meta.url);

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (answer: SealingAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

export class WorkerSealing implements SealingPort {
  readonly #options: WorkerSealingOptions;
  #worker: Worker | null = null;
  /** What each content waits for, oldest first. */
  readonly #waiting = new Map<number, Waiting[]>();
  #lastId = 0;
  #isClosed = false;

  constructor(options: WorkerSealingOptions) {
    this.#options = options;
  }

  begin(options: SealerOptions): Sealing {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    this.#waiting.set(id, []);
    send(worker, { kind: 'begin', id, options });
    return {
      seal: async (slab): Promise<SealedPieces> => {
        const answer = await this.#ask(worker, { kind: 'seal', id, slab }, [slab.buffer]);
        if (answer.kind !== 'sealed') throw new Error('another answer was asked for');
        return unpackPieces(answer.names, answer.blocks, answer.lengths);
      },
      digests: async (): Promise<ContentDigests> => {
        const answer = await this.#ask(worker, { kind: 'digests', id });
        if (answer.kind !== 'digests') throw new Error('another answer was asked for');
        return answer.digests;
      },
      drop: () => {
        this.#waiting.delete(id);
        if (worker === this.#worker) send(worker, { kind: 'drop', id });
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #ask(worker: Worker, request: SealingRequest, give: ArrayBuffer[] = []): Promise<SealingAnswer> {
    if (worker !== this.#worker) return Promise.reject(interrupted());
    return new Promise((resolve, reject) => {
      this.#waiting.get(request.id)?.push({ worker, resolve, reject });
      send(worker, request, give);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#options.entry ?? ENTRY);
    let cause: unknown = new Error('the thread that seals content ended');
    worker.on('message', (answer: SealingAnswer) => {
      this.#waiting.get(answer.id)?.shift()?.resolve(answer);
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.once('exit', () => {
      this.#worker = null;
      if (!this.#isClosed) this.#options.onCrash(cause);
      for (const waiting of this.#waiting.values())
        for (const one of waiting.splice(0)) one.reject(interrupted(cause));
    });
    return worker;
  }
}

function send(worker: Worker, request: SealingRequest, give: ArrayBuffer[] = []): void {
  worker.postMessage(request, give);
}

function interrupted(cause?: unknown): FilesError {
  return new FilesError('FILES_BUSY', 'content could not be sealed just now: send it again', {
    cause,
  });
}
