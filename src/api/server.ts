/** A listening HTTP server: time-outs, what is not even HTTP, and a stop that finishes what it began. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { assert } from '../base/errors.js';
import { answerStopping, malformedRequestAnswer } from './internal/raw-answer.js';
import type { MessageClasses } from './message-classes.js';

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
}

export interface RunningServer {
  /** `http://127.0.0.1:8787`, with the port that was taken. */
  readonly url: string;
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

  const server = createServer(
    {
      ...options.messages,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: options.headersTimeoutMillis,
      // It would also time the bodies of long streams.
      requestTimeout: 0,
      keepAliveTimeout: options.keepAliveTimeoutMillis,
      connectionsCheckingInterval: Math.min(1000, options.headersTimeoutMillis),
    },
    (request, response) => {
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
    },
  );
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
    url: urlOf(server.address()),
    stop: async (deadlineMillis) => {
      isStopping = true;
      for (const response of inFlight)
        if (!response.headersSent) response.setHeader('Connection', 'close');
      return closed(server, deadlineMillis);
    },
  };
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

function urlOf(address: string | AddressInfo | null): string {
  assert(address !== null && typeof address === 'object', 'a server on a port has an address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
