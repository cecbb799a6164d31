import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { goneSignal } from '../../src/api/places.js';
import { begunReport, sendReport } from '../../src/api/send-report.js';
import { printReport } from '../../src/reports/pdf-report.js';
import type { ReportDocument } from '../../src/reports/report-document.js';
import { documentOf, printed } from '../reports/support/print.js';
import { rejection } from '../support/errors.js';

/** Some hundred pages. */
const LONG = documentOf(
  Array.from({ length: 4000 }, (_, at) => ({ kind: 'paragraph', text: `paragraph ${at}` })),
);

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Served {
  readonly port: number;
  /** Pieces that have been printed. */
  pieces(): number;
  /** Resolves when nothing more will be printed. */
  readonly stopped: Promise<void>;
  /** What sending ended with; null if it sent all. */
  readonly ended: Promise<unknown>;
}

async function serving(document: ReportDocument, idleTimeoutMillis = 10_000): Promise<Served> {
  let pieces = 0;
  let settle: (ended: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => (settle = resolve));
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  async function* counted(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of printReport(document, { signal })) {
        pieces++;
        yield piece;
      }
    } finally {
      stop();
    }
  }
  server = createServer((request, response) => {
    begunReport(counted(goneSignal(response)))
      .then((begun) =>
        sendReport(request, response, {
          pieces: begun,
          fileName: 'report.pdf',
          language: document.language,
          idleTimeoutMillis,
        }),
      )
      .then(() => {
        settle(null);
      }, settle);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, pieces: () => pieces, stopped, ended };
}

describe('a report that is sent', () => {
  it('arrives as it is printed', async () => {
    const document = documentOf([{ kind: 'paragraph', text: 'some words' }], { language: 'de' });
    const { port, ended } = await serving(document);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(await printed(document)));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': 'attachment; filename="report.pdf"',
      'content-language': 'de',
      'cache-control': 'no-store',
      vary: 'Accept',
    });
    expect(await ended).toBeNull();
  });

  it('is not printed on when the client has gone away', async () => {
    const { port, pieces, stopped, ended } = await serving(LONG);
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n');
    });
    socket.once('data', () => socket.destroy());
    expect(await ended).toMatchObject({ code: 'BODY_INCOMPLETE' });
    await stopped;
    let all = 0;
    for await (const piece of printReport(LONG)) all += Math.sign(piece.length);
    expect(pieces()).toBeLessThan(all / 2);
  });

  it('is refused before its first byte if it has too many pages', async () => {
    server = createServer();
    const limits = { maxPages: 3, maxFiles: 1, maxFileBytes: 1, maxBytes: 1_000_000 };
    expect(await rejection(begunReport(printReport(LONG, { limits })))).toMatchObject({
      code: 'REPORT_TOO_LARGE',
    });
  });

  it('to HEAD has its headers alone', async () => {
    const { port, pieces, ended } = await serving(LONG);
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'HEAD' });
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(await ended).toBeNull();
    expect(pieces()).toBe(1);
  });
});
