/**
 * A schema is tried out in a thread of its own before it is kept: compiling what others wrote may take
 * long, and a thread can be ended. Whoever prepares records compiles only what has passed.
 */
import { Worker } from 'node:worker_threads';
import { checkDocument } from '../schemas/compile-document.js';
import type { SchemaDocument } from '../schemas/schema-document.js';
import { type SchemaFault, schemaRefused, SchemasError } from '../schemas/schemas-error.js';

/** @throws SchemasError SCHEMA_REFUSED. */
export type TrySchema = (document: SchemaDocument) => Promise<void>;

export interface SchemaTrialOptions {
  /** The thread's program; tests, which run from source, name the built one. */
  readonly entry?: URL;
  readonly timeoutMillis?: number;
}

/** What the thread says: nothing is wrong, or what is. */
export type TrialVerdict =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly message: string; readonly faults: readonly SchemaFault[] };

const ENTRY = new URL('./schema-trial-worker.js', import.meta.url);
const TIMEOUT_MILLIS = 5000;
const MAX_HEAP_MIB = 256;

export function schemaTrial(options: SchemaTrialOptions = {}): TrySchema {
  const { entry = ENTRY, timeoutMillis = TIMEOUT_MILLIS } = options;
  return async (document) => {
    const worker = new Worker(entry, {
      workerData: document,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    });
    const timer = setTimeout(() => void worker.terminate(), timeoutMillis);
    try {
      const verdict = await verdictOf(worker);
      if (verdict.kind === 'taken') return;
      throw new SchemasError('SCHEMA_REFUSED', verdict.message, { faults: verdict.faults });
    } finally {
      clearTimeout(timer);
      await worker.terminate();
    }
  };
}

/** In the thread that asks: for tests, and for programs that put only schemas of their own. */
export function inlineSchemaTrial(): TrySchema {
  return (document) =>
    new Promise((resolve) => {
      checkDocument(document);
      resolve();
    });
}

function verdictOf(worker: Worker): Promise<TrialVerdict> {
  return new Promise((resolve, reject) => {
    worker.once('message', (verdict: TrialVerdict) => {
      resolve(verdict);
    });
    // Out of memory, too: it is the schema that asked for it.
    worker.once('error', (cause: Error & { readonly code?: unknown }) => {
      if (cause.code === 'ERR_WORKER_OUT_OF_MEMORY') reject(tooCostly('memory'));
      else reject(cause);
    });
    worker.once('exit', () => {
      reject(tooCostly('time'));
    });
  });
}

function tooCostly(what: string): SchemasError {
  return schemaRefused(`takes more ${what} to compile than is allowed: make it smaller`);
}
