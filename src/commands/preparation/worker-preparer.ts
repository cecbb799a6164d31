/**
 * Prepares in a thread of its own, so that the main thread has its core for commits. The thread is
 * started with the first batch, and again after it has failed.
 */
import { Worker } from 'node:worker_threads';
import { assert } from '../../base/errors.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import { CommandError } from '../command-error.js';
import { encodeBatch } from './internal/batch-codec.js';
import { decodeEntries, encodeFoundFiles } from './internal/files-codec.js';
import { type Packet, packetOf, post } from './internal/packet.js';
import { decodeResults } from './internal/results-codec.js';
import { decodeTypes, encodeFoundSchemas } from './internal/schemas-codec.js';
import { decodeScopes, encodeFound } from './internal/secrets-codec.js';
import type { Preparation, PreparationBatch, PreparationSources, Preparer } from './preparer.js';

export interface WorkerPreparerOptions {
  /** Told why the thread ended, when it was not told to. Not to be shown to clients. */
  readonly onCrash: (cause: unknown) => void;
  /** The thread's program; tests, which run from source, name the built one. */
  readonly entry?: URL;
  /** Bytes of texts in the thread at a time; beyond them callers are pushed back. */
  readonly maxBytesInFlight?: number;
}

const ENTRY = new URL('./preparation-worker.js', import.meta.url);
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

interface InFlight {
  readonly month: string;
  readonly bytes: number;
  readonly sources: PreparationSources;
  readonly resolve: (results: readonly Preparation[]) => void;
  readonly reject: (cause: unknown) => void;
}

export class WorkerPreparer implements Preparer {
  readonly #options: WorkerPreparerOptions;
  #worker: Worker | null = null;
  #inFlight = new Map<number, InFlight>();
  #bytesInFlight = 0;
  #lastId = 0;
  #onIdle: (() => void) | null = null;
  #isClosed = false;

  constructor(options: WorkerPreparerOptions) {
    this.#options = options;
  }

  async prepare(
    batch: PreparationBatch,
    sources: PreparationSources,
  ): Promise<readonly Preparation[]> {
    if (this.#isClosed)
      throw new LedgerError('LEDGER_CLOSED', 'the node is stopping: try another, or later');
    const bytes = encodeBatch(batch);
    const { maxBytesInFlight = MAX_BYTES_IN_FLIGHT } = this.#options;
    // A single batch is let in however large it is: its texts are bounded elsewhere.
    if (this.#inFlight.size > 0 && this.#bytesInFlight + bytes.length > maxBytesInFlight)
      throw new LedgerError('LEDGER_PUSHBACK', 'too much is waiting to be written: try again');
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    const { month } = batch;
    const results = new Promise<readonly Preparation[]>((resolve, reject) => {
      this.#inFlight.set(id, { month, bytes: bytes.length, sources, resolve, reject });
    });
    this.#bytesInFlight += bytes.length;
    post(worker, { kind: 'prepare', id, bytes });
    return results;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inFlight.size > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#options.entry ?? ENTRY);
    let cause: unknown = new Error('the preparation thread ended');
    worker.on('message', (message: unknown) => {
      this.#receive(worker, packetOf(message));
    });
    worker.on('messageerror', (error) => {
      cause = error;
      void worker.terminate();
    });
    worker.on('error', (error) => {
      cause = error;
    });
    worker.once('exit', () => {
      this.#worker = null;
      if (this.#isClosed && this.#inFlight.size === 0) return;
      this.#options.onCrash(cause);
      for (const id of [...this.#inFlight.keys()]) this.#take(id)?.reject(interrupted(cause));
    });
    return worker;
  }

  #receive(worker: Worker, { kind, id, bytes }: Packet): void {
    if (kind === 'find') {
      void this.#find(worker, id, bytes);
      return;
    }
    if (kind === 'findSchemas') {
      void this.#findSchemas(worker, id, bytes);
      return;
    }
    if (kind === 'findFiles') {
      void this.#findFiles(worker, id, bytes);
      return;
    }
    assert(kind === 'prepared', 'a worker asks or answers');
    const batch = this.#take(id);
    try {
      batch?.resolve(decodeResults(bytes, batch.month));
    } catch (cause) {
      batch?.reject(cause);
    }
  }

  async #find(worker: Worker, id: number, bytes: Uint8Array): Promise<void> {
    const scopes = decodeScopes(bytes);
    try {
      const found = await this.#inFlight.get(id)?.sources.findSecrets(scopes);
      // The thread may be another by now, which knows nothing of this batch.
      if (found !== undefined && worker === this.#worker)
        post(worker, { kind: 'found', id, bytes: encodeFound(found) });
    } catch (cause) {
      this.#take(id)?.reject(cause);
      // The thread goes on to refuse the texts, and nobody listens.
      if (worker === this.#worker)
        post(worker, { kind: 'found', id, bytes: encodeFound(scopes.map(() => null)) });
    }
  }

  async #findSchemas(worker: Worker, id: number, bytes: Uint8Array): Promise<void> {
    const types = decodeTypes(bytes);
    try {
      const found = await this.#inFlight.get(id)?.sources.findSchemas(types);
      if (found !== undefined && worker === this.#worker)
        post(worker, { kind: 'foundSchemas', id, bytes: encodeFoundSchemas(found) });
    } catch (cause) {
      this.#take(id)?.reject(cause);
      // The thread must not take it that there are none, for other batches: it is begun anew.
      if (worker === this.#worker) await worker.terminate();
    }
  }

  async #findFiles(worker: Worker, id: number, bytes: Uint8Array): Promise<void> {
    const entries = decodeEntries(bytes);
    try {
      const found = await this.#inFlight.get(id)?.sources.findFiles(entries);
      if (found !== undefined && worker === this.#worker)
        post(worker, { kind: 'foundFiles', id, bytes: encodeFoundFiles(found) });
    } catch (cause) {
      this.#take(id)?.reject(cause);
      // The thread goes on to refuse the texts, and nobody listens: it keeps nothing of files.
      const none = entries.map(() => ({ kind: 'unknown' }) as const);
      if (worker === this.#worker)
        post(worker, { kind: 'foundFiles', id, bytes: encodeFoundFiles(none) });
    }
  }

  #take(id: number): InFlight | undefined {
    const batch = this.#inFlight.get(id);
    if (batch === undefined) return undefined;
    this.#inFlight.delete(id);
    this.#bytesInFlight -= batch.bytes;
    if (this.#inFlight.size === 0) this.#onIdle?.();
    return batch;
  }
}

function interrupted(cause: unknown): CommandError {
  return new CommandError(
    'PREPARATION_INTERRUPTED',
    'the preparation of these records was interrupted and nothing was entered: try again',
    { cause },
  );
}
