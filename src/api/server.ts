/** A listening HTTP server: time-outs, what is not even HTTP, and a stop that finishes what it began. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import type { ClientCertificates } from './client-certificates.js';
import { answerStopping, malformedRequestAnswer } from './internal/raw-answer.js';
import type { MessageClasses } from './message-classes.js';
import { secureContext, type TlsMaterial, tlsServerOptions } from './tls.js';

export interface ServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** For the header of a request to arrive. Bodies are timed by who reads them. */
  readonly headersTimeoutMillis: number;
  /** How long a connection may be kept without a request. */
  readonly keepAliveTimeoutMillis: number;
  /** What the listener's requests and responses are; Node's own without it. */
  readonly messages?: MessageClasses;
  /** Plain HTTP without it. */
  readonly tls?: ServerTls;
  /** The listener says `100 Continue` itself, when it wants a body; Node says it at once without this. */
  readonly saysContinue?: boolean;
}

export interface ServerTls {
  readonly material: TlsMaterial;
  /** Told of every handshake. */
  readonly certificates: ClientCertificates;
}

export interface RunningServer {
  /** `http://127.0.0.1:8787`, or with `https:`, with the port that was taken. */
  readonly url: string;
  /**
   * For connections to come; those that are there keep what they have agreed on. Where authorities of
   * clients have changed, they end after their request, because their certificates would have to be
   * shown again. @throws what Node throws where it cannot be used; then nothing has changed.
   */
  replaceTls(material: TlsMaterial): void;
  /**
   * Takes no more connections and requests, waits for those in flight, and cuts what is left after
   * `deadlineMillis`. Resolves when the last connection is closed, with whether nothing was cut.
   */
  stop(deadlineMillis: number): Promise<boolean>;
}

const MAX_HEADER_BYTES = 16 * 1024;

/** @throws the system's error where the address cannot be listened on. */
export async function startServer(
  listener: RequestListener,
  options: ServerOptions,
): Promise<RunningServer> {
  const inFlight = new Set<ServerResponse>();
  let isStopping = false;
  let clientCa = options.tls?.material.clientCa ?? null;
  const closeAfterThese = (): void => {
    for (const response of inFlight)
      if (!response.headersSent) response.setHeader('Connection', 'close');
  };

  const handle: RequestListener = (request, response) => {
    if (isStopping) {
      answerStopping(response);
      return;
    }
    inFlight.add(response);
    response.once('close', () => {
      inFlight.delete(response);
      // Kept alive and now idle: it would hold up the stop until its time-out.
      if (isStopping)
        setImmediate(() => {
          server.closeIdleConnections();
        });
    });
    listener(request, response);
  };
  const server = createEither(options, handle);
  // Node would say 417 and nothing else. RFC 9110 §10.1.1 lets an expectation that nobody knows be ignored.
  server.on('checkExpectation', handle);
  if (options.saysContinue === true) server.on('checkContinue', handle);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const begun = [...inFlight].some(
      (response) => response.socket === socket && response.headersSent,
    );
    // Behind half an answer, another status line would be read as part of it.
    if (begun || !socket.writable) socket.destroy();
    else socket.end(malformedRequestAnswer(error.code));
  });

  await listening(server, options);
  return {
    url: urlOf(options.tls === undefined ? 'http' : 'https', server.address()),
    replaceTls: (material) => {
      const { tls } = options;
      assert(tls !== undefined && 'setSecureContext' in server, 'the server speaks TLS');
      const context = secureContext(material);
      // It throws for what cannot be used before anything is changed, which the other does not.
      createSecureContext(context);
      server.setSecureContext(context);
      const isSameCa = isSame(clientCa, material.clientCa);
      clientCa = material.clientCa;
      if (isSameCa) return;
      tls.certificates.distrustAll();
      closeAfterThese();
      server.closeIdleConnections();
    },
    stop: async (deadlineMillis) => {
      isStopping = true;
      closeAfterThese();
      return closed(server, deadlineMillis);
    },
  };
}

function createEither(options: ServerOptions, listener: RequestListener): Server | TlsServer {
  const { headersTimeoutMillis, keepAliveTimeoutMillis, messages, tls } = options;
  const http = {
    ...messages,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: headersTimeoutMillis,
    // It would also time the bodies of long streams.
    requestTimeout: 0,
    keepAliveTimeout: keepAliveTimeoutMillis,
    connectionsCheckingInterval: Math.min(1000, headersTimeoutMillis),
  };
  if (tls === undefined) return createServer(http, listener);
  const server = createTlsServer(
    { ...http, ...tlsServerOptions(tls.material, headersTimeoutMillis) },
    listener,
  );
  // Before Node's own, which begins to read requests.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    tls.certificates.accept(socket);
  });
  // Node would pass a failed handshake on as a malformed request, and we would answer it in clear.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => {
    socket.destroy();
  });
  return server;
}

function listening(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: Server, deadlineMillis: number): Promise<boolean> {
  return new Promise((resolve) => {
    let wasCut = false;
    const timer = setTimeout(() => {
      wasCut = true;
      server.closeAllConnections();
    }, deadlineMillis);
    // Also closes the connections that are idle now.
    server.close(() => {
      clearTimeout(timer);
      resolve(!wasCut);
    });
  });
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

function urlOf(scheme: 'http' | 'https', address: string | AddressInfo | null): string {
  assert(address !== null && typeof address === 'object', 'a server on a port has an address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}`;
}
