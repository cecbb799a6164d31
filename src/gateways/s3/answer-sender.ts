/** Sends what an operation gives back. What it shows is on record by then. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { S3Answer, S3AnswerBody } from './s3-answer.js';
import type { XmlElement } from './xml-element.js';
import { writeXml, written, XML_DECLARATION } from './xml-writer.js';

/** Between two blanks of an answer that takes its time: well below what clients wait for a byte. */
const BLANK_MILLIS = 10_000;

export interface SendOptions {
  readonly isHead: boolean;
  /** The document of what a late answer fails with. */
  readonly failure: (error: unknown) => XmlElement;
  /** For tests. */
  readonly blankMillis?: number;
}

/** Resolves when the last byte has been handed over. @throws what a stream throws; the answer is then half sent. */
export async function sendAnswer(
  response: ServerResponse,
  { status, headers, body }: S3Answer,
  options: SendOptions,
): Promise<void> {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  await sendBody(response, body, options);
}

async function sendBody(
  response: ServerResponse,
  body: S3AnswerBody,
  options: SendOptions,
): Promise<void> {
  switch (body.kind) {
    case 'none':
      if (!hasNoBody(response.statusCode)) response.setHeader('Content-Length', '0');
      response.end();
      return;
    case 'xml':
      sendDocument(response, body.document, options.isHead);
      return;
    case 'late-xml':
      await sendLate(response, body.document, options);
      return;
    case 'stream':
      response.setHeader('Content-Length', String(body.length));
      if (options.isHead) response.end();
      else await sendStream(response, body.bytes, body.length);
  }
}

function sendDocument(response: ServerResponse, document: XmlElement, isHead: boolean): void {
  const text = Buffer.from(writeXml(document));
  response.setHeader('Content-Type', 'application/xml');
  if (!isHead) response.setHeader('Content-Length', String(text.length));
  response.end(isHead ? undefined : text);
}

/** An error before the first blank is an answer of its own; after it, it can only be a document in this one. */
async function sendLate(
  response: ServerResponse,
  make: () => Promise<XmlElement>,
  { failure, blankMillis = BLANK_MILLIS }: SendOptions,
): Promise<void> {
  const blanks = setInterval(() => {
    if (!response.headersSent) {
      response.setHeader('Content-Type', 'application/xml');
      response.write(XML_DECLARATION);
    } else response.write(' ');
  }, blankMillis);
  let document: XmlElement;
  try {
    document = await make();
  } catch (error) {
    if (!response.headersSent) throw error;
    document = failure(error);
  } finally {
    clearInterval(blanks);
  }
  if (response.headersSent) response.end(written(document));
  else sendDocument(response, document, false);
}

async function sendStream(
  response: ServerResponse,
  bytes: AsyncIterable<Uint8Array>,
  length: number,
): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => {
    gone.abort();
  };
  response.once('close', onClose);
  let sent = 0;
  try {
    for await (const piece of bytes) {
      sent += piece.length;
      if (sent > length) throw new Error('a stream is longer than its answer says');
      if (response.destroyed) return;
      if (!response.write(piece)) await once(response, 'drain', { signal: gone.signal });
    }
    if (sent < length) throw new Error('a stream is shorter than its answer says');
    response.end();
  } catch (error) {
    // Whoever has gone needs no answer, and nothing of ours has failed.
    if (!gone.signal.aborted) throw error;
  } finally {
    response.off('close', onClose);
  }
}

/** RFC 9110 §6.4.1. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}
