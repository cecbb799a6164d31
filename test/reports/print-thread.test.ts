import { describe, expect, it } from '@jest/globals';
import { REPORT_LIMITS } from '../../src/reports/pdf-report.js';
import { inlinePrinting, type PrintJob, type ReportJob } from '../../src/reports/print-job.js';
import { threadPrinting } from '../../src/reports/print-thread.js';
import { rejection } from '../support/errors.js';
import { inspectionData, subjectExportData } from './support/report-data.js';

/** Built by `npm test` before jest runs: threads know nothing of jest's transforms. */
const entry = new URL('../../dist/reports/print-worker.js', import.meta.url);
const inThread = threadPrinting({ entry });
const JOBS: readonly ReportJob[] = [
  { kind: 'subject-export', data: subjectExportData({ language: 'de' }) },
  { kind: 'inspection', data: inspectionData() },
];
const never = new AbortController().signal;

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** An export of many pages. */
function longJob(entries: number): ReportJob {
  const data = subjectExportData();
  const accesses = Array.from({ length: entries }, () => data.accesses ?? []).flat();
  return { kind: 'subject-export', data: { ...data, accesses } };
}

function rejectionOf(print: PrintJob, job: ReportJob): ReturnType<typeof rejection> {
  return rejection(bytesOf(print(job, never)));
}

describe('printing in a thread', () => {
  it('gives the same bytes as printing here', async () => {
    for (const job of JOBS)
      expect(await bytesOf(inThread(job, never))).toEqual(
        await bytesOf(inlinePrinting()(job, never)),
      );
  });

  it('says when the report would be too large, by its limits and by its memory', async () => {
    const limits = { ...REPORT_LIMITS, maxPages: 1 };
    expect(await rejectionOf(threadPrinting({ entry, limits }), longJob(200))).toMatchObject({
      code: 'REPORT_TOO_LARGE',
      message: expect.stringContaining('pages'),
    });
    const small = threadPrinting({ entry, maxHeapMiB: 16 });
    expect(await rejectionOf(small, longJob(40_000))).toMatchObject({
      code: 'REPORT_TOO_LARGE',
      message: expect.stringContaining('memory'),
    });
  });

  it('ends with its signal, before, amid and between pieces', async () => {
    const gone = new Error('the reader is gone');
    const before = inThread(longJob(10), AbortSignal.abort(gone));
    await expect(bytesOf(before)).rejects.toBe(gone);

    const amid = new AbortController();
    const counting = bytesOf(inThread(longJob(4_000), amid.signal));
    amid.abort(gone);
    await expect(counting).rejects.toBe(gone);

    const between = new AbortController();
    const pieces = inThread(longJob(200), between.signal)[Symbol.asyncIterator]();
    await pieces.next();
    between.abort(gone);
    await expect(pieces.next()).rejects.toBe(gone);
  });

  it('tells of a thread that fails, also when nobody waits', async () => {
    const failing = (program: string): PrintJob =>
      threadPrinting({ entry: new URL(`data:text/javascript,${encodeURIComponent(program)}`) });
    const [job] = JOBS as [ReportJob];
    await expect(bytesOf(failing('throw new Error("no printer")')(job, never))).rejects.toThrow(
      'no printer',
    );
    const later = failing(
      `const { parentPort } = await import('node:worker_threads');
       parentPort.once('message', () => {
         parentPort.postMessage({ kind: 'piece', bytes: new Uint8Array(1) });
         setImmediate(() => { throw new Error('fell over'); });
       });`,
    );
    const pieces = later(job, never)[Symbol.asyncIterator]();
    await pieces.next();
    await expect(pieces.next()).rejects.toThrow('fell over');
  });
});
