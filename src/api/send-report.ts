/**
 * A report as PDF on its way to a client. Its pages are counted before anything is put on record; they
 * are printed while the client reads, and what it does not read is not printed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PDF_TYPE } from './report-format.js';
import { sendStream } from './stream-answer.js';

export interface ReportAnswer {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Plain, without what the report says of anybody: it ends up in histories and proxies. */
  readonly fileName: string;
  readonly language: string;
  /** Longest time in which the client reads nothing. */
  readonly idleTimeoutMillis: number;
}

/**
 * Waits for the first piece, so that a report which is refused is refused with a problem, and before its
 * disclosure is on record. Whoever prints has a signal (`goneSignal`) for the case that nobody reads on.
 *
 * @throws ReportError REPORT_TOO_LARGE, and what else printing throws.
 */
export async function begunReport(
  printing: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const pieces = printing[Symbol.asyncIterator]();
  const first = await pieces.next();
  return (async function* () {
    try {
      for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
    } finally {
      await pieces.return?.();
    }
  })();
}

/** @throws as `sendStream`. */
export function sendReport(
  request: IncomingMessage,
  response: ServerResponse,
  { pieces, fileName, language, idleTimeoutMillis }: ReportAnswer,
): Promise<void> {
  return sendStream(request, response, {
    headers: {
      'Content-Type': PDF_TYPE,
      'Content-Disposition': `attachment; filename="${fileName}"`,
      'Content-Language': language,
      'Cache-Control': 'no-store',
      Vary: 'Accept',
    },
    chunks: pieces,
    idleTimeoutMillis,
  });
}
