/**
 * Prints in a thread of its own: a long report takes half a minute of a processor, and compressing one
 * large file holds its thread for seconds, in which the main thread would commit nothing.
 */
import { Worker } from 'node:worker_threads';
import type { ReportLimits } from './pdf-report.js';
import type { PrintJob, ReportJob } from './print-job.js';
import { ReportError } from './report-error.js';

export interface ThreadPrintingOptions {
  /** The thread's program; tests, which run from source, name the built one. */
  readonly entry?: URL;
  readonly limits?: ReportLimits;
  readonly maxHeapMiB?: number;
}

/** What the thread begins with. */
export interface PrintWork {
  readonly job: ReportJob;
  readonly limits: ReportLimits | undefined;
}

/** What the thread says when it is asked for a piece. */
export type PrintedMessage =
  | { readonly kind: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'end' }
  | { readonly kind: 'refused'; readonly message: string };

const ENTRY = new URL('./print-worker.js', import.meta.url);
/** Two thousand pages take less than half of it; embedded files lie outside. */
const MAX_HEAP_MIB = 1024;

export function threadPrinting(options: ThreadPrintingOptions = {}): PrintJob {
  const { entry = ENTRY, limits, maxHeapMiB = MAX_HEAP_MIB } = options;
  return async function* (job, signal) {
    signal.throwIfAborted();
    const worker = new Worker(entry, {
      workerData: { job, limits } satisfies PrintWork,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    });
    const ended = endOf(worker, signal);
    // Also between two pieces, when nobody waits for it.
    ended.catch(() => undefined);
    try {
      for (;;) {
        const message = await Promise.race([ended, askFor(worker)]);
        if (message.kind === 'end') return;
        if (message.kind === 'refused') throw new ReportError('REPORT_TOO_LARGE', message.message);
        yield message.bytes;
      }
    } finally {
      await worker.terminate();
    }
  };
}

function askFor(worker: Worker): Promise<PrintedMessage> {
  return new Promise((resolve) => {
    worker.once('message', (message: PrintedMessage) => {
      resolve(message);
    });
    worker.postMessage('next');
  });
}

/** Rejects when there is nothing more to wait for. */
function endOf(worker: Worker, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
      void worker.terminate();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    worker.once('error', (cause: Error & { readonly code?: unknown }) => {
      reject(cause.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge() : cause);
    });
    worker.once('exit', () => {
      signal.removeEventListener('abort', onAbort);
      reject(new Error('the thread that prints ended'));
    });
  });
}

function tooLarge(): ReportError {
  return new ReportError(
    'REPORT_TOO_LARGE',
    'printing the report would take more memory than is allowed; ask for less at a time',
  );
}
