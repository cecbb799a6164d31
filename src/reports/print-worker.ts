/** Entry of the thread that `threadPrinting` starts: a piece for each time that it is asked for one. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/errors.js';
import { printReport } from './pdf-report.js';
import { reportOf } from './print-job.js';
import type { PrintedMessage, PrintWork } from './print-thread.js';
import { ReportError } from './report-error.js';

assert(parentPort !== null, 'this runs as a worker thread');
const port = parentPort;
const { job, limits } = workerData as PrintWork;
const pieces = printReport(reportOf(job), limits === undefined ? {} : { limits });

port.on('message', () => {
  void answer();
});

async function answer(): Promise<void> {
  const message = await nextMessage();
  port.postMessage(message, message.kind === 'piece' ? [message.bytes.buffer] : []);
}

async function nextMessage(): Promise<PrintedMessage> {
  try {
    const { done, value } = await pieces.next();
    // A copy: what pdfkit gives out may be part of a buffer that it goes on using.
    return done === true ? { kind: 'end' } : { kind: 'piece', bytes: new Uint8Array(value) };
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}
